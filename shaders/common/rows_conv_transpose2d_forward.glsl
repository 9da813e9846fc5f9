// What the 2x2 stride-2 transposed convolution multiplies and adds, as a convolution of single pixels from packed rows (see
// common/rows_convolution.glsl), wherever it stores its results. The including file declares RECTIFY_OUTPUT, the buffers pixel_rows and
// bias, and the push constants x_h, x_w, y_c, pixel_rows_h and pixel_rows_w.
#include "common/window_channels.glsl"

const uint KERNEL = 1u;
const bool IS_ADJOINT = false;
const uint FLOAT16_WINOGRAD = 0u; // a single tap shares nothing

uint target_channels() {
    return 4u * corner_channels(y_c);
}

uint target_height() {
    return x_h;
}

uint target_width() {
    return x_w;
}

uint line_width() {
    return x_w;
}

#include "common/rows_pixel_source.glsl"
#include "common/rectified.glsl"

vec4 finished(uint rsk, uint row, uint column, vec4 sums) {
    uint k = rsk % corner_channels(y_c);
    vec4 result;
    [[unroll]] for (uint q = 0u; q < 4u; q++)
        result[q] = sums[q] + bias[min(k + q, y_c - 1u)];
    return RECTIFY_OUTPUT == 1u ? rectified(result) : result;
}
