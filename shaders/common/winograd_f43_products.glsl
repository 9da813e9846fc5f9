// Second kernel of common/winograd_f43_lanes.glsl. Workgroups along x take a tile for each invocation, along y blocks of CHANNELS_WRITTEN
// channels written, along z elements of images.
// A lane sums the products of its tile with CHANNELS_WRITTEN kernels, over CHANNELS_READ channels. All of that is unrolled, for only outside of
// loops does a processor multiply by weights that it reads from memory as it goes (uniform_number.glsl); a gather brings the lane's tile of two
// channels. What keeps LLVM from collecting sums behind all loads, which would need a register for each, is that the code is cut into blocks: a
// load of a push constant is a condition of lavapipe's own, as it could lie beyond them. The last is for the block that returns, into which
// LLVM would move whatever is needed there alone.
// The including file includes float_pairs.glsl, declares SUBGROUP_SIZE, CHANNELS_READ, CHANNELS_WRITTEN, `uint numbers[16]` and the buffer types
// Tiles { uint64_t tiles[]; }, Weights { float weights[]; } and Products { uint64_t products[]; }.
#include "common/winograd_f43_lanes.glsl"
#include "common/uniform_number.glsl"
#include "common/aligned_stack.glsl"

const uint MOST_SUMS = 28u; // that find a register
const uint RUNS = (CHANNELS_WRITTEN + MOST_SUMS - 1u) / MOST_SUMS;
const uint SUMS = CHANNELS_WRITTEN / RUNS;
const uint CODE_BLOCKS = 4u;
const uint CHANNELS_EACH = CHANNELS_READ / CODE_BLOCKS;

// `channels` are all that are read; `kept_chunks` is how many chunks of weights there are in memory, the part's alone or all.
void multiply(Tiles tiles, Weights weights, Products products, uint part, uint tiles_together, uint channels, uint kept_chunks, uint blocks) {
    Work work = work_of(part, tiles_together, channels, CHANNELS_READ);
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint first = gl_GlobalInvocationID.x - lane;
    uint image = gl_WorkGroupID.z / ELEMENTS;
    uint element = gl_WorkGroupID.z - image * ELEMENTS;

    Tiles factors = Tiles(uint64_t(tiles) + 8ul * (((image * tiles_together + first) * ELEMENTS + element * SUBGROUP_SIZE) * (CHANNELS_READ / 2u + 1u) + lane));
    uint kernels = (kept_chunks == 1u ? 0u : work.chunk * ELEMENTS * blocks) + uniform_number(element * blocks + gl_WorkGroupID.y);
    Weights own = Weights(uint64_t(weights) + 4ul * (kernels * (CHANNELS_READ * CHANNELS_WRITTEN)));
    uint place = (image * tiles_together + first) * blocks * (CHANNELS_WRITTEN / 2u);
    place = (place + gl_WorkGroupID.y * (CHANNELS_WRITTEN / 2u) * SUBGROUP_SIZE) * ELEMENTS + element * SUBGROUP_SIZE + lane;
    place = by_aligned_stack(place);
    Products results = Products(uint64_t(products) + 8ul * place);

    vec2 value[CHANNELS_READ / 2u];
    [[unroll]] for (uint run = 0u; run < RUNS; run++) {
        float sum[SUMS];
        [[unroll]] for (uint k = 0u; k < SUMS; k += 2u) {
            vec2 before = vec2(0.0);
            if (work.chunk > 0u)
                before = both(results.products[(run * SUMS + k) / 2u * ELEMENTS * SUBGROUP_SIZE]);
            sum[k] = before.x;
            sum[k + 1u] = before.y;
        }
        [[unroll]] for (uint code_block = 0u; code_block < CODE_BLOCKS; code_block++) {
            uint number = run * CODE_BLOCKS + code_block;
            Weights run_weights = Weights(uint64_t(own) + 4ul * ((numbers[number] - number + code_block) * (CHANNELS_EACH * CHANNELS_WRITTEN)));
            [[unroll]] for (uint c = 0u; c < CHANNELS_EACH; c += 2u) {
                uint pair = (code_block * CHANNELS_EACH + c) / 2u;
                if (run == 0u)
                    value[pair] = both(factors.tiles[pair * SUBGROUP_SIZE]);
                [[unroll]] for (uint k = 0u; k < SUMS; k++)
                    sum[k] = fma(run_weights.weights[c * CHANNELS_WRITTEN + run * SUMS + k], value[pair].x, sum[k]);
                [[unroll]] for (uint k = 0u; k < SUMS; k++)
                    sum[k] = fma(run_weights.weights[(c + 1u) * CHANNELS_WRITTEN + run * SUMS + k], value[pair].y, sum[k]);
            }
        }
        [[unroll]] for (uint k = 0u; k < SUMS; k += 2u) {
            bool is_last = run + 1u == RUNS && k + 2u >= SUMS;
            results.products[(run * SUMS + k) / 2u * ELEMENTS * SUBGROUP_SIZE + (is_last ? numbers[15u] - 15u : 0u)] = together(vec2(sum[k], sum[k + 1u]));
        }
    }
}
