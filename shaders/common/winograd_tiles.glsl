// Transforms the tiles of a Winograd convolution for processors; see common/winograd_lanes.glsl. Transformed tiles lie as
// [workgroup][subgroup][element of 16][pair of channels][tile of a lane][lane], in each place the same element for two channels.
// The including file declares SOURCE_PADDING, SUBGROUP_SIZE, Pixels and Tiles, and includes conv2d_channel.glsl and plane.glsl.
Channel source_of(uint n, uint c);

// So that a subgroup's tiles of many channels, whatever its size, take as much of a cache.
const uint TILES_EACH = 64u / SUBGROUP_SIZE;

// Loads start at even columns, so where the padding is odd, the first pixel of the first pair and the last of a third are not used.
const uint UNUSED = SOURCE_PADDING % 2u;
const uint ROW_LOADS = 2u + UNUSED;

// Where the first element of the invocation's first tile lies.
uint place_of_tiles(uint workgroup, uint pairs) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    return (workgroup * gl_WorkGroupSize.x + gl_LocalInvocationID.x - lane) * 16u * pairs * TILES_EACH + lane;
}

mat4 transform_tile(Channel source, uint row[4], uint column[ROW_LOADS], bool inside_row[4], bool inside_column[ROW_LOADS]) {
    mat4 pixels;
    [[unroll]] for (uint r = 0u; r < 4u; r++) {
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
        pixels[r] = vec4(loaded[UNUSED], loaded[UNUSED + 1u], loaded[UNUSED + 2u], loaded[UNUSED + 3u]);
    }
    return winograd_input(pixels);
}

// Transforms the subgroup's tiles from number `first` on, of image n with extents x and `tiles` in rows of `columns`. Lanes beyond the
// last tile transform that.
void transform_tiles(Tiles own, uint first_place, uint first, uint n, Plane x, uint columns, uint tiles) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = (x.channels + 1u) / 2u;
    for (uint t = 0u; t < TILES_EACH; t++) {
        uint tile = min(first + t * SUBGROUP_SIZE + lane, tiles - 1u);
        uint tile_row = tile / columns;
        uint row[4];
        bool inside_row[4];
        uint column[ROW_LOADS];
        bool inside_column[ROW_LOADS];
        [[unroll]] for (uint r = 0u; r < 4u; r++) { // above the first row and before the first column, numbers wrap to large ones
            row[r] = tile_row * 2u + r - SOURCE_PADDING;
            inside_row[r] = row[r] < x.height;
            row[r] = min(row[r], x.height - 1u);
        }
        [[unroll]] for (uint i = 0u; i < ROW_LOADS; i++) {
            column[i] = (tile - tile_row * columns + i) * 2u - UNUSED - SOURCE_PADDING;
            inside_column[i] = column[i] < x.width;
            column[i] = min(column[i], x.width - 2u);
        }
        uint place = first_place + t * SUBGROUP_SIZE;
        for (uint pair = 0u; pair < pairs; pair++) {
            mat4 even = transform_tile(source_of(n, pair * 2u), row, column, inside_row, inside_column);
            mat4 odd = transform_tile(source_of(n, min(pair * 2u + 1u, x.channels - 1u)), row, column, inside_row, inside_column);
            [[unroll]] for (uint element = 0u; element < 16u; element++) {
                own.tiles[place + (element * pairs + pair) * TILES_EACH * SUBGROUP_SIZE]
                    = together(vec2(even[element / 4u][element % 4u], odd[element / 4u][element % 4u]));
            }
        }
    }
}
