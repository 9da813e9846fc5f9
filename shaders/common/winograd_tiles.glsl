// How Winograd's F(2x2,3x3) for processors (common/winograd_lanes.glsl) transforms blocks of tiles, and how workgroups share them. A
// block is of VECTORS tiles for each lane, of which TILES_EACH are multiplied at a time. Transformed tiles of a subgroup's block lie
// as [element][part of the block][pair of channels][tile of a lane in the part][lane], in each place the same element for two
// channels. The including file declares these constants, SUBGROUP_SIZE, and what winograd_tile.glsl asks for.
#include "common/winograd_tile.glsl"

// From an element of the first tile of a lane to the next element.
uint element_stride(uint pairs) {
    return pairs * VECTORS * SUBGROUP_SIZE;
}

// Transforms `vectors` tiles a lane from number `first` on, of image n with extents x and `tiles` in rows of `columns`. Lanes beyond
// the last tile transform that.
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
        find_pixels(tile_row, tile - tile_row * columns, x, row, inside_row, column, inside_column);
        uint place = first_place + (t / TILES_EACH * pairs * TILES_EACH + t % TILES_EACH) * SUBGROUP_SIZE;
        for (uint pair = 0u; pair < pairs; pair++) {
            float even[ELEMENTS] = transform_tile(source_of(n, pair * 2u), row, inside_row, column, inside_column);
            float odd[ELEMENTS] = transform_tile(
                source_of(n, min(pair * 2u + 1u, x.channels - 1u)), row, inside_row, column, inside_column);
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
