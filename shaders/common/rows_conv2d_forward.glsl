// What a convolution from packed rows (see common/rows_convolution.glsl) multiplies and adds, wherever it stores its results. The including
// file declares KERNEL, RECTIFY_OUTPUT, the buffers pixel_rows and bias, and the push constants y_c, y_h, y_w, pixel_rows_h and
// pixel_rows_w.
const bool IS_ADJOINT = false;

uint target_channels() {
    return y_c;
}

uint target_height() {
    return y_h;
}

uint target_width() {
    return y_w;
}

uint line_width() {
    return y_w + KERNEL - 1u;
}

#include "common/rows_pixel_source.glsl"
#include "common/rectified.glsl"

vec4 finished(uint k, uint row, uint column, vec4 sums) {
    vec4 result;
    [[unroll]] for (uint q = 0u; q < 4u; q++)
        result[q] = sums[q] + bias[min(k + q, y_c - 1u)];
    return RECTIFY_OUTPUT == 1u ? rectified(result) : result;
}
