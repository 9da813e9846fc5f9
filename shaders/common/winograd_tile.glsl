// How Winograd's convolutions for processors (common/winograd_lanes.glsl, common/winograd_f43_lanes.glsl) read a tile of ALONG x
// ALONG pixels, for RESULTS x RESULTS results. The including file declares these constants, ELEMENTS, SOURCE_PADDING, and what a tile
// of one channel is when it is transformed, and says where channels lie; it includes float_pairs.glsl and conv2d_pixel_pairs.glsl.
#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
#include "common/rectified.glsl"

Channel source_of(uint n, uint c);
float[ELEMENTS] transformed(float pixels[ALONG][ALONG]);

// Loads start at even columns, so where the padding is odd, the first pixel of the first pair and the last of the last are not used.
const uint UNUSED = SOURCE_PADDING % 2u;
const uint ROW_LOADS = ALONG / 2u + UNUSED;

// Where the pixels of a tile of an image with extents x lie, and which of them count: the others are 0. Pixels beyond the image, of
// which results outside of it would be made, are others of the image.
void find_pixels(
    uint tile_row, uint tile_column, Plane x, out uint row[ALONG], out bool inside_row[ALONG], out uint column[ROW_LOADS],
    out bool inside_column[ROW_LOADS]) {
    [[unroll]] for (uint r = 0u; r < ALONG; r++) { // above the first row and before the first column, numbers wrap to large ones
        row[r] = tile_row * RESULTS + r - SOURCE_PADDING;
        inside_row[r] = row[r] < x.height;
        row[r] = min(row[r], x.height - 1u);
    }
    [[unroll]] for (uint i = 0u; i < ROW_LOADS; i++) {
        column[i] = tile_column * RESULTS + 2u * i - UNUSED - SOURCE_PADDING;
        inside_column[i] = column[i] < x.width;
        column[i] = min(column[i], x.width - 2u);
    }
}

float[ELEMENTS] transform_tile(
    Channel source, uint row[ALONG], bool inside_row[ALONG], uint column[ROW_LOADS], bool inside_column[ROW_LOADS]) {
    float loaded[ALONG][2u * ROW_LOADS];
    [[unroll]] for (uint i = 0u; i < ROW_LOADS; i++) { // of all rows together: waiting for the first of each overlaps
        [[unroll]] for (uint r = 0u; r < ALONG; r++) {
            vec2 pair = load_pixels(source.pixels, (source.first + row[r] * source.stride + column[i]) / 2u);
            if (SOURCE_PADDING > 0u)
                pair = inside_row[r] && inside_column[i] ? pair : vec2(0.0);
            if (source.rectify)
                pair = rectified(pair);
            loaded[r][2u * i] = pair.x;
            loaded[r][2u * i + 1u] = pair.y;
        }
    }
    float pixels[ALONG][ALONG];
    [[unroll]] for (uint r = 0u; r < ALONG; r++) {
        [[unroll]] for (uint s = 0u; s < ALONG; s++)
            pixels[r][s] = loaded[r][UNUSED + s];
    }
    return transformed(pixels);
}
