// 3x3 convolution for processors by Winograd's F(2x2,3x3), see common/winograd.glsl: y[k] = output(sum over c of U[k,c] * V[c]).
// common/conv2d_lanes.glsl says what things cost there. What follows here:
//
// - A lane computes tiles of 2x2 results, TILES_EACH of them, so that transforms are sums of registers of one lane, and numbers of V
//   need no broadcast; those of U come a gather at a time and are broadcast. Tiles are numbered along rows: no lane is idle at edges.
// - A subgroup first transforms all channels of its tiles, to memory that is its workgroup's own and stays in the cache, and then
//   takes one of the 16 elements of all products after the other: TILES_EACH * TILE_K sums in registers and on the stack, for which
//   two channels more are TILES_EACH + TILE_K / 8 gathers. All 16 elements at once need more sums, and fewer gathers, but many
//   times the instructions, and those come from beyond the first cache.
// - The factors of the next two channels are gathered before these two are multiplied: weights are seldom in the first cache, and
//   a processor looks ahead no further than a part of the loop.
// - What goes around in a loop is stored under a mask, sum by sum. Two channels at a time halve that, and a loop for each element
//   of a column, not around them, saves it in the transform of the products.
// - LLVM's time for a block of code grows faster than its length, and only loops end blocks. So results are stored in one loop for
//   each channel, of at most one turn.
// - So that the memory is small, there are few workgroups, each of which computes many blocks of tiles. A lane reads only what
//   it has written itself: no barriers.
//
// The including file includes float_pairs.glsl, conv2d_pixel_pairs.glsl and winograd_lanes_packing.glsl; it declares SUBGROUP_SIZE,
// SOURCE_PADDING and the buffer types Pixels, WeightPairs { uint64_t pairs[]; }, Tiles { uint64_t tiles[]; } and
// Result { uint64_t result[]; }, and says where channels lie and what is added to each. Its workgroups are of 16 invocations.
#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
#include "common/conv2d_target.glsl"
#include "common/winograd.glsl"
#include "common/winograd_tiles.glsl"

Target target_of(uint n, uint channel);
float addend(uint channel);

const uint TILE_K = 32u; // channels of the result that a subgroup computes at a time
const uint SUMS = TILES_EACH * TILE_K;
const uint WEIGHT_GATHERS = TILE_K / SUBGROUP_SIZE;

// Stores a row of a tile's results, from `column` on.
void store_row(Target target, uint row, uint column, vec2 results) {
    uint place = (target.first + row * target.stride + column) / 2u;
    if (target.masked)
        results = mix(vec2(0.0), results, greaterThan(load_pixels(target.mask, place), vec2(0.0)));
    target.result.result[place] = together(results);
}

// What a lane reads for two channels: weights of TILE_K channels, and one element of its tiles.
void gather_factors(
    WeightPairs weights, Tiles own, uint weight, uint weights_apart, uint place, out uint64_t gathered[WEIGHT_GATHERS],
    out uint64_t value[TILES_EACH]) {
    [[unroll]] for (uint g = 0u; g < WEIGHT_GATHERS; g++) {
        uint k = g * SUBGROUP_SIZE;
        gathered[g] = weights.pairs[weight + k / PACKED_CHANNELS * weights_apart + k % PACKED_CHANNELS];
    }
    [[unroll]] for (uint t = 0u; t < TILES_EACH; t++)
        value[t] = own.tiles[place + t * SUBGROUP_SIZE];
}

// One element of the products of a tile of channels with all the subgroup's tiles: the sums over the channels read.
void sum_products(
    WeightPairs weights, Tiles own, uint first_place, uint pairs, uint channel_tile, uint element, out float sum[SUMS]) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint place = first_place + element * pairs * TILES_EACH * SUBGROUP_SIZE;
    uint weight = place_of_weights(channel_tile * (TILE_K / PACKED_CHANNELS), element, pairs) + lane;
    uint weights_apart = place_of_weights(1u, 0u, pairs);
    [[unroll]] for (uint s = 0u; s < SUMS; s++)
        sum[s] = 0.0;
    uint64_t next_value[TILES_EACH];
    uint64_t next_gathered[WEIGHT_GATHERS];
    gather_factors(weights, own, weight, weights_apart, place, next_gathered, next_value);
    for (uint pair = 0u; pair < pairs; pair++) {
        vec2 value[TILES_EACH];
        [[unroll]] for (uint t = 0u; t < TILES_EACH; t++)
            value[t] = both(next_value[t]);
        vec2 gathered[WEIGHT_GATHERS];
        [[unroll]] for (uint g = 0u; g < WEIGHT_GATHERS; g++)
            gathered[g] = both(next_gathered[g]);
        bool is_last = pair + 1u == pairs;
        place += is_last ? 0u : TILES_EACH * SUBGROUP_SIZE;
        weight += is_last ? 0u : PACKED_CHANNELS;
        gather_factors(weights, own, weight, weights_apart, place, next_gathered, next_value);
        [[unroll]] for (uint k = 0u; k < TILE_K; k++) {
            vec2 factor = subgroupBroadcast(gathered[k / SUBGROUP_SIZE], k % SUBGROUP_SIZE);
            [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
                uint s = k * TILES_EACH + t;
                sum[s] = fma(factor.x, value[t].x, sum[s]);
                sum[s] = fma(factor.y, value[t].y, sum[s]);
            }
        }
    }
}

// x are the extents of what is read, y those of the result, of which max(result, 0) is stored where `rectify_result` is set;
// `workgroups` share the tiles of an image, and `groups` of them the channels of the same tiles.
void convolve_tiles(WeightPairs weights, Tiles own, Plane x, Plane y, uint workgroups, uint groups, bool rectify_result) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = (x.channels + 1u) / 2u;
    uint n = gl_WorkGroupID.z;
    uint first_place = place_of_tiles((n * workgroups + gl_WorkGroupID.y) * groups + gl_WorkGroupID.x, pairs);
    uint columns = y.width / 2u;
    uint tiles = (y.height + 1u) / 2u * columns;
    uint channel_tiles = (y.channels + TILE_K - 1u) / TILE_K;

    // A driver cuts the grid into one range for each processor: blocks that are left over go to both halves in turn.
    uint half_of_them = workgroups / 2u;
    uint turn = gl_WorkGroupID.y < half_of_them ? gl_WorkGroupID.y * 2u : (gl_WorkGroupID.y - half_of_them) * 2u + 1u;
    turn = workgroups % 2u == 0u ? turn : gl_WorkGroupID.y;
    uint block = SUBGROUP_SIZE * TILES_EACH;
    for (uint first = (gl_LocalInvocationID.x / SUBGROUP_SIZE * workgroups + turn) * block; first < tiles;
         first += workgroups * gl_WorkGroupSize.x * TILES_EACH) {
        transform_tiles(own, first_place, first, n, x, columns, tiles);

        uint row[TILES_EACH];
        uint column[TILES_EACH];
        [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
            uint tile = first + t * SUBGROUP_SIZE + lane;
            uint tile_row = tile / columns;
            row[t] = tile < tiles ? tile_row * 2u : y.height;
            column[t] = (tile - tile_row * columns) * 2u;
        }

        for (uint channel_tile = gl_WorkGroupID.x; channel_tile < channel_tiles; channel_tile += groups) {
            vec2 upper[SUMS]; // results in a tile's first row
            vec2 lower[SUMS];
            [[unroll]] for (uint i = 0u; i < SUMS; i++)
                upper[i] = lower[i] = vec2(0.0);
            for (uint j = 0u; j < 4u; j++) {
                float product[4][SUMS];
                sum_products(weights, own, first_place, pairs, channel_tile, 4u * j, product[0]);
                sum_products(weights, own, first_place, pairs, channel_tile, 4u * j + 1u, product[1]);
                sum_products(weights, own, first_place, pairs, channel_tile, 4u * j + 2u, product[2]);
                sum_products(weights, own, first_place, pairs, channel_tile, 4u * j + 3u, product[3]);
                vec2 factors = vec2(j < 3u ? 1.0 : 0.0, j == 0u ? 0.0 : j == 1u ? 1.0 : -1.0); // output(), one column after the other
                [[unroll]] for (uint s = 0u; s < SUMS; s++) {
                    vec2 along = winograd_output(vec4(product[0][s], product[1][s], product[2][s], product[3][s]));
                    upper[s] += along.x * factors;
                    lower[s] += along.y * factors;
                }
            }

            [[unroll]] for (uint k = 0u; k < TILE_K; k++) {
                uint first_channel = channel_tile * TILE_K + k;
                for (uint channel = first_channel; channel < min(first_channel + 1u, y.channels); channel++) {
                    float added = addend(channel);
                    Target target = target_of(n, channel);
                    [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
                        uint s = k * TILES_EACH + t;
                        if (row[t] < y.height)
                            store_row(target, row[t], column[t], rectify_result ? max(upper[s] + added, 0.0) : upper[s] + added);
                        if (row[t] + 1u < y.height)
                            store_row(target, row[t] + 1u, column[t], rectify_result ? max(lower[s] + added, 0.0) : lower[s] + added);
                    }
                }
            }
        }
    }
}
