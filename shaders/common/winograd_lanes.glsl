// 3x3 convolution for processors by Winograd's F(2x2,3x3), see common/winograd.glsl: y[k] = output(sum over c of U[k,c] * V[c]).
// common/conv2d_lanes.glsl says what things cost there. What follows here:
//
// - A lane computes tiles of 2x2 results, TILES_EACH of them, so that transforms are sums of registers of one lane, and numbers of V
//   need no broadcast; those of U come a gather at a time and are broadcast. Tiles are numbered along rows: no lane is idle at edges.
// - A subgroup first transforms all channels of its tiles, to memory that is its workgroup's own and stays in the cache, and then
//   takes one of the 16 elements of all products after the other: TILES_EACH * TILE_K sums in registers and on the stack, for which
//   two channels more are TILES_EACH + TILE_K / 8 gathers. All 16 elements at once need more sums, and fewer gathers, but many
//   times the instructions, and those come from beyond the first cache.
// - What goes around in a loop is stored under a mask, sum by sum. Two channels at a time halve that.
// - Each element's products are added to the results they count in, so that one loop over channels stands in the code, not one for
//   each element of a column: that was no faster, and took lavapipe five times as long to find in its cache.
// - LLVM's time for a block of code grows faster than its length, and only loops end blocks. So results are stored in one loop for
//   each channel, of at most one turn.
// - So that the memory is small, there are few workgroups, each of which computes many blocks of tiles. A lane reads only what
//   it has written itself: no barriers.
//
// The including file includes float_pairs.glsl and conv2d_pixel_pairs.glsl; it declares SUBGROUP_SIZE, SOURCE_PADDING and the buffer
// types Pixels, WeightPairs { uint64_t pairs[]; }, Tiles { uint64_t tiles[]; } and Result { uint64_t result[]; }, and says where channels
// lie and what is added to each. Its workgroups are of 16 invocations.
#include "common/winograd.glsl"
#include "common/winograd_elements.glsl"

const uint RESULTS = 2u;
const uint ALONG = 4u;
const uint BLOCK_TILES = 64u; // so that a block takes as much of a cache whatever a subgroup's size
const uint TILES_EACH = BLOCK_TILES / SUBGROUP_SIZE;
const uint VECTORS = TILES_EACH;
#include "common/winograd_tiles.glsl"
#include "common/winograd_sums.glsl"
#include "common/conv2d_target_pairs.glsl"
#include "common/rectified.glsl"

Target target_of(uint n, uint channel);
float addend(uint channel);

float[ELEMENTS] transformed(float pixels[ALONG][ALONG]) {
    mat4 tile;
    [[unroll]] for (uint r = 0u; r < ALONG; r++)
        tile[r] = vec4(pixels[r][0], pixels[r][1], pixels[r][2], pixels[r][3]);
    return winograd_elements(winograd_input(tile));
}

// What an element with the given place in a column or row of a tile's products counts in each of the two results there.
vec2 factors_of(uint place) {
    return winograd_output(vec4(equal(uvec4(place), uvec4(0u, 1u, 2u, 3u))));
}

// x are the extents of what is read, y those of the result, of which max(result, 0) is stored where `rectify_result` is set;
// `workgroups` share the tiles of an image, and `groups` of them the channels of the same tiles.
void convolve_tiles(WeightPairs weights, Tiles own, Plane x, Plane y, uint workgroups, uint groups, bool rectify_result) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = (x.channels + 1u) / 2u;
    uint n = gl_WorkGroupID.z;
    uint workgroup = (n * workgroups + gl_WorkGroupID.y) * groups + gl_WorkGroupID.x;
    uint first_place = (workgroup * gl_WorkGroupSize.x + gl_LocalInvocationID.x - lane) * ELEMENTS * pairs * TILES_EACH + lane;
    uint columns = y.width / 2u;
    uint tiles = (y.height + 1u) / 2u * columns;
    uint channel_tiles = (y.channels + TILE_K - 1u) / TILE_K;

    uint block = BLOCK_TILES;
    for (uint first = (gl_LocalInvocationID.x / SUBGROUP_SIZE * workgroups + first_block(workgroups)) * block; first < tiles;
         first += workgroups * gl_WorkGroupSize.x * TILES_EACH) {
        transform_tiles(own, first_place, first, VECTORS, n, x, columns, tiles);

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
            for (uint element = 0u; element < ELEMENTS; element++) {
                float product[SUMS];
                sum_products(weights, own, first_place + element * element_stride(pairs), channel_tile * TILE_K, element, pairs, product);
                vec2 to_rows = factors_of(element % 4u);
                vec2 to_columns = factors_of(element / 4u);
                vec2 to_upper = to_rows.x * to_columns;
                vec2 to_lower = to_rows.y * to_columns;
                [[unroll]] for (uint s = 0u; s < SUMS; s++) {
                    upper[s] += product[s] * to_upper;
                    lower[s] += product[s] * to_lower;
                }
            }

            [[unroll]] for (uint k = 0u; k < TILE_K; k++) {
                uint first_channel = channel_tile * TILE_K + k;
                for (uint channel = first_channel; channel < min(first_channel + 1u, y.channels); channel++) {
                    float added = addend(channel);
                    Target target = target_of(n, channel);
                    vec2 mask[TILES_EACH][RESULTS]; // all of them before the first is waited for
                    [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
                        [[unroll]] for (uint r = 0u; r < RESULTS; r++)
                            mask[t][r] = target.masked ? mask_of(target, min(row[t] + r, y.height - 1u), column[t]) : vec2(1.0);
                    }
                    [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
                        uint s = k * TILES_EACH + t;
                        [[unroll]] for (uint r = 0u; r < RESULTS; r++) {
                            vec2 pair = (r == 0u ? upper[s] : lower[s]) + added;
                            pair = rectify_result ? rectified(pair) : mix(vec2(0.0), pair, greaterThan(mask[t][r], vec2(0.0)));
                            if (row[t] + r < y.height)
                                store_pair(target, row[t] + r, column[t], pair);
                        }
                    }
                }
            }
        }
    }
}
