// Second kernel of common/winograd_f43_lanes.glsl. Workgroups along x take a tile for each invocation, along y blocks of
// CHANNELS_WRITTEN channels written, along z elements of images.
//
// - A lane sums the products of its tile with CHANNELS_WRITTEN kernels, over CHANNELS_READ channels. All of that is unrolled, for
//   only outside of loops does a processor multiply by weights that it reads from memory as it goes (uniform_number.glsl).
// - A gather brings the lane's tile of two channels, which costs as much as some 25 multiplications and their additions. It serves
//   several runs of SUMS sums, as many as find registers; LLVM puts tiles on the stack meanwhile, from where a load costs next to
//   nothing. Tiles lie beyond the second cache, so a gather begins PAIRS_AHEAD pairs of channels before it is wanted.
// - LLVM would collect all loads first, and then need a place for each. What keeps it from that is that the code is cut into blocks:
//   a load of a push constant is a condition in lavapipe's code, since it could lie beyond them, and each block begins with another
//   one. So does the last store, for LLVM moves what a block that returns needs alone into that block.
// - Weights are volatile, which costs nothing where each is read once: of other loads lavapipe remembers what they brought, and compares
//   each with all before, which doubles the time that such a kernel takes to compile.
//
// The including file includes float_pairs.glsl, declares SUBGROUP_SIZE, CHANNELS_READ, CHANNELS_WRITTEN, TILE_SUMS, `uint
// numbers[16]` and the buffer types Tiles { uint64_t tiles[]; }, volatile Weights { vec2 weights[]; } and
// Products { uint64_t products[]; }.
#include "common/winograd_f43_lanes.glsl"
#include "common/uniform_number.glsl"
#include "common/aligned_stack.glsl"

const uint RUNS = (CHANNELS_WRITTEN + TILE_SUMS - 1u) / TILE_SUMS;
const uint SUMS = CHANNELS_WRITTEN / RUNS;
const uint CODE_BLOCKS = 4u;
const uint CHANNELS_EACH = CHANNELS_READ / CODE_BLOCKS;
const uint PAIRS_AHEAD = 3u;

// 0, of which a compiler does not know that; with each index below 16 a new block of code begins.
uint unseen_zero(uint index) {
    return numbers[index] - index;
}

// `channels` are all that are read; `kept_chunks` is how many chunks of weights there are in memory, the part's alone or all.
void multiply(
    Tiles tiles, Weights weights, Products products, uint part, uint tiles_together, uint channels, uint kept_chunks, uint blocks) {
    Work work = work_of(part, tiles_together, channels, CHANNELS_READ);
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint first = gl_GlobalInvocationID.x - lane;
    uint image = gl_WorkGroupID.z / ELEMENTS;
    uint element = gl_WorkGroupID.z - image * ELEMENTS;

    uint vector = (image * tiles_together + first) * ELEMENTS + element * SUBGROUP_SIZE;
    Tiles own_tiles = Tiles(uint64_t(tiles) + 8ul * (vector * (CHANNELS_READ / 2u + 1u) + lane));
    uint kernels = (kept_chunks == 1u ? 0u : work.chunk * ELEMENTS * blocks) + uniform_number(element * blocks + gl_WorkGroupID.y);
    Weights own = Weights(uint64_t(weights) + 4ul * (kernels * (CHANNELS_READ * CHANNELS_WRITTEN)));
    uint place = (image * tiles_together + first) * blocks * (CHANNELS_WRITTEN / 2u);
    place = (place + gl_WorkGroupID.y * (CHANNELS_WRITTEN / 2u) * SUBGROUP_SIZE) * ELEMENTS + element * SUBGROUP_SIZE + lane;
    place = by_aligned_stack(place);
    Products results = Products(uint64_t(products) + 8ul * place);

    vec2 value[CHANNELS_READ / 2u];
    [[unroll]] for (uint pair = 0u; pair < min(PAIRS_AHEAD, CHANNELS_READ / 2u); pair++)
        value[pair] = both(own_tiles.tiles[pair * SUBGROUP_SIZE]);
    [[unroll]] for (uint run = 0u; run < RUNS; run++) {
        float sum[SUMS];
        [[unroll]] for (uint k = 0u; k < SUMS; k++)
            sum[k] = 0.0;
        if (work.chunk > 0u) {
            [[unroll]] for (uint k = 0u; k < SUMS; k += 2u) {
                vec2 before = both(results.products[(run * SUMS + k) / 2u * ELEMENTS * SUBGROUP_SIZE]);
                sum[k] = before.x;
                sum[k + 1u] = before.y;
            }
        }
        [[unroll]] for (uint code_block = 0u; code_block < CODE_BLOCKS; code_block++) {
            uint first_row = code_block + unseen_zero(run * CODE_BLOCKS + code_block);
            Weights rows = Weights(uint64_t(own) + 4ul * (first_row * CHANNELS_EACH * CHANNELS_WRITTEN));
            [[unroll]] for (uint c = 0u; c < CHANNELS_EACH; c += 2u) {
                uint pair = (code_block * CHANNELS_EACH + c) / 2u;
                if (run == 0u && pair + PAIRS_AHEAD < CHANNELS_READ / 2u)
                    value[pair + PAIRS_AHEAD] = both(own_tiles.tiles[(pair + PAIRS_AHEAD) * SUBGROUP_SIZE]);
                [[unroll]] for (uint i = 0u; i < 2u; i++) {
                    [[unroll]] for (uint k = 0u; k < SUMS; k += 2u) {
                        vec2 factors = rows.weights[((c + i) * CHANNELS_WRITTEN + run * SUMS + k) / 2u];
                        sum[k] = fma(factors.x, value[pair][i], sum[k]);
                        sum[k + 1u] = fma(factors.y, value[pair][i], sum[k + 1u]);
                    }
                }
            }
        }
        [[unroll]] for (uint k = 0u; k < SUMS; k += 2u) {
            bool is_last = run + 1u == RUNS && k + 2u >= SUMS;
            uint place_of_run = (run * SUMS + k) / 2u * ELEMENTS * SUBGROUP_SIZE;
            results.products[place_of_run + (is_last ? unseen_zero(15u) : 0u)] = together(vec2(sum[k], sum[k + 1u]));
        }
    }
}
