// What the gradient of the convolution of a concatenation to its two parts from packed rows (see common/rows_convolution.glsl) multiplies
// and adds, wherever it stores its results. The including file declares PADDING, RECTIFY_SKIP, RECTIFY_UPSAMPLED, the buffers gradient_rows
// and pixel_rows (four channels a uvec2), and the push constants skip_c, skip_h, skip_w, upsampled_c, upsampled_h, upsampled_w,
// upsampled_first, gradient_rows_h, gradient_rows_w, pixel_rows_h and pixel_rows_w.
#include "common/concatenated.glsl"

uint target_channels() {
    return skip_c + upsampled_c;
}

uint target_height() {
    return upsampled_h;
}

uint target_width() {
    return upsampled_w;
}

#include "common/rows_gradient_source.glsl"
#include "common/rows_mask.glsl"

vec4 finished(uint c, uint row, uint column, vec4 sums) {
    if (RECTIFY_SKIP == 0u && RECTIFY_UPSAMPLED == 0u)
        return sums;
    uvec2 pixels = four_channels(c, row, column);
    [[unroll]] for (uint q = 0u; q < 4u; q++) {
        bool is_rectified = (part_of(c + q).is_skip ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) != 0u;
        sums[q] = !is_rectified || was_positive(pixels, q) ? sums[q] : 0.0;
    }
    return sums;
}
