// Second kernel of common/winograd_f43_lanes.glsl. Workgroups along x take VECTORS tiles for each invocation, along y CHANNELS
// of the channels written, along z elements of images.
//
// - A lane sums the products of its VECTORS tiles with CHANNELS kernels, over CHANNELS_READ channels. All of that is unrolled, for only
//   outside of loops does a processor multiply by weights that it reads from memory as it goes (uniform_number.glsl).
// - Code that long comes from beyond the first cache. AVX-512 multiplies 8 or 16 lanes by a number in memory as one instruction. AVX2
//   needs one more for the number, which therefore serves two tiles.
// - Tiles are read once for all runs of SUMS sums, as many as find registers; LLVM puts tiles on the stack meanwhile, from where a load
//   costs next to nothing. Where a workgroup is one subgroup, a load brings the tiles of all its lanes (consecutive.glsl). Elsewhere a
//   gather brings them, which costs as much as some 25 multiplications and their additions.
// - Tiles lie beyond the second cache, so they are read PAIRS_AHEAD pairs of channels before they are wanted.
// - With AVX2, a scatter is a condition for each lane. LLVM would carry products across these to where their sums are used, so that none
//   of it finds a register. So sums lie on the stack until all are done: in an array with an index that LLVM does not know, for it to be
//   in memory at all, and with vectors at multiples of their size.
// - LLVM would collect all loads first, and then need a place for each. What keeps it from that is that the code is cut into blocks:
//   a load of a push constant is a condition in lavapipe's code, since it could lie beyond them, and each block begins with another
//   one. So does what comes after the last, for LLVM moves what a block that returns needs alone into that block.
// - Weights are volatile, which costs nothing where each is read once: of other loads lavapipe remembers what they brought, and compares
//   each with all before, which doubles the time that such a kernel takes to compile.
//
// The including file includes float_pairs.glsl, declares SUBGROUP_SIZE, CHANNELS_READ, CHANNELS_WRITTEN, TILE_CHANNELS, TILE_SUMS,
// VECTORS, `uint numbers[16]` and the buffer types Tiles { uint64_t tiles[]; }, volatile Weights { vec2 weights[]; } and
// Products { uint64_t products[]; }, and enables GL_KHR_shader_subgroup_basic.
#include "common/winograd_f43_lanes.glsl"
#include "common/uniform_number.glsl"
#include "common/consecutive.glsl"

const uint PAIRS = CHANNELS_READ / 2u;
const uint PAIRS_AHEAD = 3u;
const uint GROUPS = (CHANNELS_WRITTEN + TILE_CHANNELS - 1u) / TILE_CHANNELS; // of a block's channels, each for another workgroup
const uint CHANNELS = CHANNELS_WRITTEN / GROUPS;
const uint RUNS = (CHANNELS + TILE_SUMS - 1u) / TILE_SUMS;
const uint SUMS = (CHANNELS + 2u * RUNS - 1u) / (2u * RUNS) * 2u; // of the last run what is left
const uint MOST_CODE_BLOCKS = 4u;
const uint CODE_BLOCKS = VECTORS == 1u ? MOST_CODE_BLOCKS : 2u; // some 700 products each
const uint CHANNELS_EACH = CHANNELS_READ / CODE_BLOCKS;

// Numbers of the lanes at `place`, for the first lane.
uint64_t tiles_at(Tiles own, uint place) {
    if (gl_WorkGroupSize.x > SUBGROUP_SIZE)
        return own.tiles[place + gl_LocalInvocationID.x % SUBGROUP_SIZE];
    return of_lane(uint64_t(own) + 8ul * place);
}

// `channels` are all that are read; `kept_chunks` is how many chunks of weights there are in memory, the part's alone or all.
void multiply(
    Tiles tiles, Weights weights, Products products, uint part, uint tiles_together, uint channels, uint kept_chunks, uint blocks) {
    Work work = work_of(part, tiles_together, channels, CHANNELS_READ);
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint first = gl_WorkGroupSize.x > SUBGROUP_SIZE
        ? (gl_GlobalInvocationID.x - lane) * VECTORS
        : uniform_number(gl_WorkGroupID.x) * SUBGROUP_SIZE * VECTORS;
    uint layer = uniform_number(gl_WorkGroupID.z);
    uint image = layer / ELEMENTS;
    uint element = layer - image * ELEMENTS;
    uint channels_of = uniform_number(gl_WorkGroupID.y);
    uint block = channels_of / GROUPS;
    uint first_channel = (channels_of - block * GROUPS) * CHANNELS;

    uint vector = (image * tiles_together + first) * ELEMENTS + element * SUBGROUP_SIZE;
    Tiles own_tiles = Tiles(uint64_t(tiles) + 8ul * (vector * (PAIRS + 1u)));
    uint next_tiles = ELEMENTS * SUBGROUP_SIZE * (PAIRS + 1u);
    uint kernels = (kept_chunks == 1u ? 0u : work.chunk * ELEMENTS * blocks) + element * blocks + block;
    Weights own = Weights(uint64_t(weights) + 4ul * (kernels * (CHANNELS_READ * CHANNELS_WRITTEN) + first_channel));
    uint place = (image * tiles_together + first) * blocks * (CHANNELS_WRITTEN / 2u);
    place = (place + (block * CHANNELS_WRITTEN + first_channel) / 2u * SUBGROUP_SIZE) * ELEMENTS + element * SUBGROUP_SIZE;
    Products results = Products(uint64_t(products) + 8ul * place);
    uint next_results = ELEMENTS * SUBGROUP_SIZE * blocks * (CHANNELS_WRITTEN / 2u);

    vec2 value[PAIRS][VECTORS];
    [[unroll]] for (uint pair = 0u; pair < min(PAIRS_AHEAD, PAIRS); pair++) {
        [[unroll]] for (uint v = 0u; v < VECTORS; v++)
            value[pair][v] = both(tiles_at(own_tiles, v * next_tiles + pair * SUBGROUP_SIZE));
    }
    float sums[CHANNELS * VECTORS + 1u];
    [[unroll]] for (uint run = 0u; run < RUNS; run++) {
        float sum[SUMS][VECTORS];
        [[unroll]] for (uint k = 0u; k < SUMS; k++) {
            [[unroll]] for (uint v = 0u; v < VECTORS; v++)
                sum[k][v] = 0.0;
        }
        [[unroll]] for (uint code_block = 0u; code_block < CODE_BLOCKS; code_block++) {
            uint first_row = code_block + unseen_zero(run * CODE_BLOCKS + code_block);
            Weights rows = Weights(uint64_t(own) + 4ul * (first_row * CHANNELS_EACH * CHANNELS_WRITTEN));
            [[unroll]] for (uint c = 0u; c < CHANNELS_EACH; c++) {
                uint pair = (code_block * CHANNELS_EACH + c) / 2u;
                [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                    if (run == 0u && c % 2u == 0u && pair + PAIRS_AHEAD < PAIRS)
                        value[pair + PAIRS_AHEAD][v] = both(tiles_at(own_tiles, v * next_tiles + (pair + PAIRS_AHEAD) * SUBGROUP_SIZE));
                }
                [[unroll]] for (uint k = 0u; k < min(SUMS, CHANNELS - run * SUMS); k += 2u) {
                    vec2 factors = rows.weights[(c * CHANNELS_WRITTEN + run * SUMS + k) / 2u];
                    [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                        sum[k][v] = fma(factors.x, value[pair][v][c % 2u], sum[k][v]);
                        sum[k + 1u][v] = fma(factors.y, value[pair][v][c % 2u], sum[k + 1u][v]);
                    }
                }
            }
        }
        [[unroll]] for (uint k = 0u; k < min(SUMS, CHANNELS - run * SUMS); k++) {
            [[unroll]] for (uint v = 0u; v < VECTORS; v++)
                sums[(run * SUMS + k) * VECTORS + v] = sum[k][v];
        }
    }
    sums[CHANNELS * VECTORS + unseen_zero(15u)] = 0.0;

    if (gl_WorkGroupSize.x > SUBGROUP_SIZE) {
        for (uint chunk = min(work.chunk, 1u); chunk > 0u; chunk--) { // at most one turn: lavapipe jumps over loops alone
            [[unroll]] for (uint k = 0u; k < CHANNELS; k += 2u) {
                [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                    uint at = v * next_results + k / 2u * ELEMENTS * SUBGROUP_SIZE + lane;
                    vec2 before = both(results.products[at]);
                    sums[k * VECTORS + v] += before.x;
                    sums[(k + 1u) * VECTORS + v] += before.y;
                }
            }
        }
    } else {
        [[unroll]] for (uint k = 0u; k < CHANNELS; k += 2u) {
            [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                uint at = v * next_results + k / 2u * ELEMENTS * SUBGROUP_SIZE;
                // Adding -0 changes no sum, not even -0.
                vec2 before = work.chunk > 0u ? both(of_lane(uint64_t(results) + 8ul * at)) : vec2(-0.0);
                sums[k * VECTORS + v] += before.x;
                sums[(k + 1u) * VECTORS + v] += before.y;
            }
        }
    }
    [[unroll]] for (uint k = 0u; k < CHANNELS; k += 2u) {
        [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
            results.products[v * next_results + k / 2u * ELEMENTS * SUBGROUP_SIZE + lane]
                = together(vec2(sums[k * VECTORS + v], sums[(k + 1u) * VECTORS + v]));
        }
    }
}
