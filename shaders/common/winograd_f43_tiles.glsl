// First kernel of common/winograd_f43_lanes.glsl. Workgroups along x take 16 tiles each, along y TILE_PAIRS pairs of channels, along
// z images. The including file includes float_pairs.glsl and conv2d_pixel_pairs.glsl, declares SUBGROUP_SIZE, TILE_PAIRS,
// SOURCE_PADDING and the buffer types Pixels and Tiles { uint64_t tiles[]; }, and says where channels lie. An invocation finds the
// pixels of its tile by one division.
#include "common/winograd_f43.glsl"
#include "common/winograd_f43_lanes.glsl"
#include "common/winograd_tile.glsl"
#include "common/aligned_stack.glsl"

float[ELEMENTS] transformed(float pixels[ALONG][ALONG]) {
    return winograd_f43_input(pixels);
}

// x are the extents of what is read, `result` the height and width of what is written; `stored_channels` are those of a chunk and two
// more. Beyond the last tile that one is transformed, beyond the last channel that, for which weights are 0.
void transform_tiles(Tiles transformed_tiles, uint part, Plane x, uvec2 result, uint tiles_together, uint stored_channels) {
    uint channels_together = stored_channels - 2u;
    Work work = work_of(part, tiles_together, x.channels, channels_together);
    uvec2 grid = tile_grid(result.x, result.y);
    if (work.first_tile + gl_WorkGroupID.x * gl_WorkGroupSize.x >= grid.x * grid.y)
        return;
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint tile = min(work.first_tile + gl_GlobalInvocationID.x, grid.x * grid.y - 1u);
    uint tile_row = tile / grid.y;
    uint row[ALONG];
    bool inside_row[ALONG];
    uint column[ROW_LOADS];
    bool inside_column[ROW_LOADS];
    find_pixels(tile_row, tile - tile_row * grid.y, x, row, inside_row, column, inside_column);
    uint pairs = channels_together / 2u;
    uint first = gl_WorkGroupID.y * TILE_PAIRS;
    uint place = (gl_WorkGroupID.z * tiles_together + gl_GlobalInvocationID.x - lane) * ELEMENTS * (pairs + 1u);
    place = by_aligned_stack(place + first * SUBGROUP_SIZE + lane);
    for (uint pair = first; pair < min(first + TILE_PAIRS, pairs); pair++) {
        uint channel = work.chunk * channels_together + pair * 2u;
        Channel first_source = source_of(gl_WorkGroupID.z, min(channel, x.channels - 1u));
        Channel second_source = source_of(gl_WorkGroupID.z, min(channel + 1u, x.channels - 1u));
        float even[ELEMENTS] = transform_tile(first_source, row, inside_row, column, inside_column);
        float odd[ELEMENTS] = transform_tile(second_source, row, inside_row, column, inside_column);
        [[unroll]] for (uint element = 0u; element < ELEMENTS; element++)
            transformed_tiles.tiles[place + element * (pairs + 1u) * SUBGROUP_SIZE] = together(vec2(even[element], odd[element]));
        place += SUBGROUP_SIZE;
    }
}
