// 3x3 convolution for processors by Winograd's F(4x4,3x3), see common/winograd_f43.glsl: y[k] = output(sum over c of U[k,c] * V[c]).
// common/winograd_lanes.glsl says why lanes are tiles, where their memory lies and what the including file has to declare. What
// differs, because a tile has 36 elements and 16 results:
//
// - Products are written to memory, too, and results are made of them once those of PRODUCT_CHANNELS channels are there: with all
//   results of a tile as sums of a lane, the kernel is no faster, and takes longer to compile, for many unrolled loops instead of one.
// - One element of all products of a block is computed after the other, so that the weights of that element are read from the first
//   cache or the second for the other tiles of the block.
#include "common/winograd_f43.glsl"

const uint ELEMENTS = 36u;
const uint RESULTS = 4u;
const uint ALONG = 6u;
const uint TILES_EACH = 32u / SUBGROUP_SIZE;
const uint VECTORS = 64u / gl_WorkGroupSize.x; // 64 tiles for a workgroup, of one subgroup or two
#include "common/aligned_stack.glsl"
#include "common/winograd_tiles.glsl"
#include "common/winograd_sums.glsl"

Target target_of(uint n, uint channel);
float addend(uint channel);

const uint PRODUCT_CHANNELS = 64u; // channels written whose products are in memory at a time
const uint PRODUCT_PAIRS = PRODUCT_CHANNELS / 2u;

float[ELEMENTS] transformed(float pixels[ALONG][ALONG]) {
    return winograd_f43_input(pixels);
}

// Computes the products of `parts` parts of a block, of the channels written from first_k to end_k of those that `weights` has. They lie as
// [element][pair of channels][tile of a lane][lane].
void multiply(WeightPairs weights, Tiles own, uint tiles_place, uint products_place, uint pairs, uint parts, uint first_k, uint end_k) {
    for (uint element = 0u; element < ELEMENTS; element++) {
        for (uint k = first_k; k < end_k; k += TILE_K) {
            for (uint part = 0u; part < parts; part++) {
                uint place = tiles_place + element * element_stride(pairs) + part * pairs * TILES_EACH * SUBGROUP_SIZE;
                float sum[SUMS];
                sum_products(weights, own, place, k, element, pairs, sum);
                place = products_place + element * element_stride(PRODUCT_PAIRS);
                place += ((k - first_k) / 2u * VECTORS + part * TILES_EACH) * SUBGROUP_SIZE;
                [[unroll]] for (uint i = 0u; i < TILE_K; i += 2u) {
                    [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
                        own.tiles[place + (i / 2u * VECTORS + t) * SUBGROUP_SIZE]
                            = together(vec2(sum[i * TILES_EACH + t], sum[(i + 1u) * TILES_EACH + t]));
                    }
                }
            }
        }
    }
}

// Stores what is within the image of a tile's results for a channel.
void store_tile(uint n, uint channel, uint row, uint column, Plane y, float products[ELEMENTS], bool rectify_result) {
    float results[RESULTS][RESULTS] = winograd_f43_output(products);
    float added = addend(channel);
    Target target = target_of(n, channel);
    vec2 mask[RESULTS][RESULTS / 2u]; // all of them before the first is waited for
    [[unroll]] for (uint r = 0u; r < RESULTS; r++) {
        [[unroll]] for (uint i = 0u; i < RESULTS / 2u; i++)
            mask[r][i] = target.masked ? mask_of(target, min(row + r, y.height - 1u), min(column + 2u * i, y.width - 2u)) : vec2(1.0);
    }
    [[unroll]] for (uint r = 0u; r < RESULTS; r++) {
        [[unroll]] for (uint i = 0u; i < RESULTS / 2u; i++) {
            vec2 pair = vec2(results[r][2u * i], results[r][2u * i + 1u]) + added;
            pair = rectify_result ? max(pair, 0.0) : mix(vec2(0.0), pair, greaterThan(mask[r][i], vec2(0.0)));
            if (row + r < y.height && column + 2u * i < y.width)
                store_pair(target, row + r, column + 2u * i, pair);
        }
    }
}

// x are the extents of what is read, y those of the result, of which max(result, 0) is stored where `rectify_result` is set;
// `workgroups` share the tiles of an image, and `groups` of them the channels of the same tiles. Of the channels written it takes those
// of a part of `channel_tiles` of packed weights, which `weights` are.
void convolve_tiles(
    WeightPairs weights, Tiles own, Plane x, Plane y, uint workgroups, uint groups, uint part, uint channel_tiles, bool rectify_result) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = (x.channels + 1u) / 2u;
    uint n = gl_WorkGroupID.z;
    uint workgroup = (n * workgroups + gl_WorkGroupID.y) * groups + gl_WorkGroupID.x;
    uint subgroup = (workgroup * gl_WorkGroupSize.x + gl_LocalInvocationID.x) / SUBGROUP_SIZE;
    uint tiles_place = by_aligned_stack(subgroup * ELEMENTS * (element_stride(pairs) + element_stride(PRODUCT_PAIRS)) + lane);
    uint products_place = tiles_place + ELEMENTS * element_stride(pairs);
    uint columns = (y.width + RESULTS - 1u) / RESULTS;
    uint tiles = (y.height + RESULTS - 1u) / RESULTS * columns;
    uint part_k = part * channel_tiles * PACKED_CHANNELS;
    uint part_end = min(part_k + channel_tiles * PACKED_CHANNELS, y.channels);

    uint block = SUBGROUP_SIZE * VECTORS;
    for (uint first = (gl_LocalInvocationID.x / SUBGROUP_SIZE * workgroups + first_block(workgroups)) * block; first < tiles;
         first += workgroups * gl_WorkGroupSize.x * VECTORS) {
        uint block_parts = min((tiles - first + SUBGROUP_SIZE * TILES_EACH - 1u) / (SUBGROUP_SIZE * TILES_EACH), VECTORS / TILES_EACH);
        transform_tiles(own, tiles_place, first, block_parts * TILES_EACH, n, x, columns, tiles);

        for (uint first_k = part_k + gl_WorkGroupID.x * PRODUCT_CHANNELS; first_k < part_end; first_k += groups * PRODUCT_CHANNELS) {
            uint end_k = min(first_k + PRODUCT_CHANNELS, part_end);
            multiply(weights, own, tiles_place, products_place, pairs, block_parts, first_k - part_k, end_k - part_k);

            for (uint t = 0u; t < block_parts * TILES_EACH; t++) {
                uint tile = first + t * SUBGROUP_SIZE + lane;
                uint tile_row = tile / columns;
                uint row = tile < tiles ? tile_row * RESULTS : y.height;
                uint column = (tile - tile_row * columns) * RESULTS;
                for (uint k = first_k; k < end_k; k += 2u) {
                    uint place = products_place + ((k - first_k) / 2u * VECTORS + t) * SUBGROUP_SIZE;
                    float even[ELEMENTS];
                    float odd[ELEMENTS];
                    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++) {
                        vec2 products = both(own.tiles[place + element * element_stride(PRODUCT_PAIRS)]);
                        even[element] = products.x;
                        odd[element] = products.y;
                    }
                    store_tile(n, k, row, column, y, even, rectify_result);
                    for (uint last = k + 1u; last < min(k + 2u, part_end); last++)
                        store_tile(n, last, row, column, y, odd, rectify_result);
                }
            }
        }
    }
}
