// A pixel of a concatenation (see common/concatenated.glsl), for common/conv2d_*.glsl. The including file declares RECTIFY_SKIP
// and RECTIFY_UPSAMPLED and the buffers skip and upsampled.
#include "common/rectified.glsl"

float pixel_at(uint n, uint c, uint row, uint column) {
    Part part = part_of(c);
    uint r = min(row, upsampled_h - 1u);
    uint s = min(column, upsampled_w - 1u);
    float pixel = part.is_skip ? skip[place_in_skip(n, part.channel, r, s)] : upsampled[place_in_upsampled(n, part.channel, r, s)];
    pixel = row < upsampled_h && column < upsampled_w ? pixel : 0.0;
    return (part.is_skip ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) == 1u ? rectified(pixel) : pixel;
}
