// A pixel of a concatenation (see common/concatenated.glsl), for common/conv2d_*.glsl. The including file declares RECTIFY_SKIP
// and RECTIFY_UPSAMPLED and the buffers skip and upsampled.
float pixel_at(uint n, uint c, uint row, uint column) {
    if (row >= upsampled_h || column >= upsampled_w)
        return 0.0;
    Part part = part_of(c);
    float pixel = part.is_skip ? skip[place_in_skip(n, part.channel, row, column)]
                               : upsampled[place_in_upsampled(n, part.channel, row, column)];
    return (part.is_skip ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) == 1u ? max(pixel, 0.0) : pixel;
}
