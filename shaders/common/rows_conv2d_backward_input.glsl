// What the gradient of a convolution to its input from packed rows (see common/rows_convolution.glsl) multiplies and adds, wherever it
// stores its results. The including file declares PADDING, RECTIFY, the buffers gradient_rows and pixel_rows (four channels a uvec2), and
// the push constants x_c, x_h, x_w, gradient_rows_h, gradient_rows_w, pixel_rows_h and pixel_rows_w.
uint target_channels() {
    return x_c;
}

uint target_height() {
    return x_h;
}

uint target_width() {
    return x_w;
}

#include "common/rows_gradient_source.glsl"
#include "common/rows_mask.glsl"

vec4 finished(uint c, uint row, uint column, vec4 sums) {
    if (RECTIFY == 0u)
        return sums;
    uvec2 pixels = four_channels(c, row, column);
    [[unroll]] for (uint q = 0u; q < 4u; q++)
        sums[q] = was_positive(pixels, q) ? sums[q] : 0.0;
    return sums;
}
