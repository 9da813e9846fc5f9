// Third kernel of common/winograd_f43_lanes.glsl. Workgroups along x take 16 tiles each, along y TILE_PAIRS pairs of channels, along
// z images. The including file includes float_pairs.glsl and conv2d_pixel_pairs.glsl, declares SUBGROUP_SIZE, TILE_PAIRS and the
// buffer types Pixels, Products { uint64_t products[]; } and Result, and says where channels lie and what is added to each.
#include "common/winograd_f43.glsl"
#include "common/winograd_f43_lanes.glsl"
#include "common/aligned_stack.glsl"
#include "common/plane.glsl"
#include "common/conv2d_target_pairs.glsl"
#include "common/rectified.glsl"

Target target_of(uint n, uint channel);
float addend(uint channel);

// Stores what is within the image of a tile's results for a channel.
void store_tile(uint n, uint channel, uint row, uint column, Plane y, float products[ELEMENTS], bool rectify_result) {
    float results[RESULTS][RESULTS] = winograd_f43_output(products);
    float added = addend(channel);
    Target target = target_of(n, channel);
    vec2 mask[RESULTS][RESULTS / 2u]; // all of them before the first is waited for, and all rows together: each has lines of its own
    [[unroll]] for (uint i = 0u; i < RESULTS / 2u; i++) {
        [[unroll]] for (uint r = 0u; r < RESULTS; r++)
            mask[r][i] = target.masked ? mask_of(target, min(row + r, y.height - 1u), min(column + 2u * i, y.width - 2u)) : vec2(1.0);
    }
    [[unroll]] for (uint i = 0u; i < RESULTS / 2u; i++) {
        [[unroll]] for (uint r = 0u; r < RESULTS; r++) {
            vec2 pair = vec2(results[r][2u * i], results[r][2u * i + 1u]) + added;
            pair = rectify_result ? rectified(pair) : mix(vec2(0.0), pair, greaterThan(mask[r][i], vec2(0.0)));
            if (row + r < y.height && column + 2u * i < y.width)
                store_pair(target, row + r, column + 2u * i, pair);
        }
    }
}

// y are the extents of the result, of which max(result, 0) is stored where `rectify_result` is set; `channels` are all that are read,
// `channels_together` those of a chunk, and `pairs` the pairs of channels that there are products of.
void store_results(
    Products products, uint part, Plane y, uint tiles_together, uint channels, uint channels_together, uint pairs, bool rectify_result) {
    Work work = work_of(part, tiles_together, channels, channels_together);
    uvec2 grid = tile_grid(y.height, y.width);
    if (work.first_tile + gl_WorkGroupID.x * gl_WorkGroupSize.x >= grid.x * grid.y)
        return;
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint tile = work.first_tile + gl_GlobalInvocationID.x;
    uint tile_row = tile / grid.y;
    uint row = tile < grid.x * grid.y ? tile_row * RESULTS : y.height;
    uint column = (tile - tile_row * grid.y) * RESULTS;
    uint first = gl_WorkGroupID.y * TILE_PAIRS;
    uint place = ((gl_WorkGroupID.z * tiles_together + gl_GlobalInvocationID.x - lane) * pairs + first * SUBGROUP_SIZE) * ELEMENTS + lane;
    place = by_aligned_stack(place);
    for (uint pair = first; pair < min(first + TILE_PAIRS, (y.channels + 1u) / 2u); pair++) {
        float even[ELEMENTS];
        float odd[ELEMENTS];
        [[unroll]] for (uint element = 0u; element < ELEMENTS; element++) {
            vec2 both_products = both(products.products[place + element * SUBGROUP_SIZE]);
            even[element] = both_products.x;
            odd[element] = both_products.y;
        }
        store_tile(gl_WorkGroupID.z, pair * 2u, row, column, y, even, rectify_result);
        for (uint last = pair * 2u + 1u; last < min(pair * 2u + 2u, y.channels); last++) // at most one turn: only loops end blocks of code
            store_tile(gl_WorkGroupID.z, last, row, column, y, odd, rectify_result);
        place += ELEMENTS * SUBGROUP_SIZE;
    }
}
