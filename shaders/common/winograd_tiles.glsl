// What Winograd's convolutions for processors share (common/winograd_lanes.glsl, common/winograd_f43_lanes.glsl): how tiles are
// transformed, how workgroups share them, and how results are stored.
// A tile is of RESULTS x RESULTS results, from ALONG x ALONG pixels; a block is of VECTORS tiles for each lane, of which TILES_EACH
// are multiplied at a time. Transformed tiles of a subgroup's block lie as
// [element][part of the block][pair of channels][tile of a lane in the part][lane], in each place the same element for two channels.
// The including file declares these constants, ELEMENTS, SOURCE_PADDING, SUBGROUP_SIZE, and what winograd_lanes.glsl says.
#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
#include "common/conv2d_target.glsl"

Channel source_of(uint n, uint c);
float[ELEMENTS] transformed(float pixels[ALONG][ALONG]);

// Loads start at even columns, so where the padding is odd, the first pixel of the first pair and the last of the last are not used.
const uint UNUSED = SOURCE_PADDING % 2u;
const uint ROW_LOADS = ALONG / 2u + UNUSED;

// From an element of the first tile of a lane to the next element.
uint element_stride(uint pairs) {
    return pairs * VECTORS * SUBGROUP_SIZE;
}

float[ELEMENTS] transform_tile(Channel source, uint row[ALONG], uint column[ROW_LOADS], bool inside_row[ALONG], bool inside_column[ROW_LOADS]) {
    float pixels[ALONG][ALONG];
    [[unroll]] for (uint r = 0u; r < ALONG; r++) {
        float loaded[2u * ROW_LOADS];
        [[unroll]] for (uint i = 0u; i < ROW_LOADS; i++) {
            vec2 pair = load_pixels(source.pixels, (source.first + row[r] * source.stride + column[i]) / 2u);
            if (SOURCE_PADDING > 0u)
                pair = inside_row[r] && inside_column[i] ? pair : vec2(0.0);
            if (source.rectify)
                pair = max(pair, 0.0);
            loaded[2u * i] = pair.x;
            loaded[2u * i + 1u] = pair.y;
        }
        [[unroll]] for (uint s = 0u; s < ALONG; s++)
            pixels[r][s] = loaded[UNUSED + s];
    }
    return transformed(pixels);
}

// Transforms `vectors` tiles a lane from number `first` on, of image n with extents x and `tiles` in rows of `columns`. Lanes beyond
// the last tile transform that. Pixels beyond the image, of which results outside of it would be made, are others of the image.
void transform_tiles(Tiles own, uint first_place, uint first, uint vectors, uint n, Plane x, uint columns, uint tiles) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = (x.channels + 1u) / 2u;
    for (uint t = 0u; t < vectors; t++) {
        uint tile = min(first + t * SUBGROUP_SIZE + lane, tiles - 1u);
        uint tile_row = tile / columns;
        uint row[ALONG];
        bool inside_row[ALONG];
        uint column[ROW_LOADS];
        bool inside_column[ROW_LOADS];
        [[unroll]] for (uint r = 0u; r < ALONG; r++) { // above the first row and before the first column, numbers wrap to large ones
            row[r] = tile_row * RESULTS + r - SOURCE_PADDING;
            inside_row[r] = row[r] < x.height;
            row[r] = min(row[r], x.height - 1u);
        }
        [[unroll]] for (uint i = 0u; i < ROW_LOADS; i++) {
            column[i] = (tile - tile_row * columns) * RESULTS + 2u * i - UNUSED - SOURCE_PADDING;
            inside_column[i] = column[i] < x.width;
            column[i] = min(column[i], x.width - 2u);
        }
        uint place = first_place + (t / TILES_EACH * pairs * TILES_EACH + t % TILES_EACH) * SUBGROUP_SIZE;
        for (uint pair = 0u; pair < pairs; pair++) {
            float even[ELEMENTS] = transform_tile(source_of(n, pair * 2u), row, column, inside_row, inside_column);
            float odd[ELEMENTS] = transform_tile(source_of(n, min(pair * 2u + 1u, x.channels - 1u)), row, column, inside_row, inside_column);
            [[unroll]] for (uint element = 0u; element < ELEMENTS; element++)
                own.tiles[place + element * element_stride(pairs)] = together(vec2(even[element], odd[element]));
            place += TILES_EACH * SUBGROUP_SIZE;
        }
    }
}

// The number of the first block that a workgroup computes, of `workgroups` that share the blocks of an image: a driver cuts the grid
// into one range for each processor, and blocks that are left over go to both halves in turn.
uint first_block(uint workgroups) {
    uint half_of_them = workgroups / 2u;
    uint turn = gl_WorkGroupID.y < half_of_them ? gl_WorkGroupID.y * 2u : (gl_WorkGroupID.y - half_of_them) * 2u + 1u;
    return workgroups % 2u == 0u ? turn : gl_WorkGroupID.y;
}

// Where two neighbours of a row of results lie, from `column` on, which is even.
uint place_of_pair(Target target, uint row, uint column) {
    return (target.first + row * target.stride + column) / 2u;
}

vec2 mask_of(Target target, uint row, uint column) {
    return load_pixels(target.mask, place_of_pair(target, row, column));
}

void store_pair(Target target, uint row, uint column, vec2 results) {
    target.result.result[place_of_pair(target, row, column)] = together(results);
}
