// A convolution of few channels (see common/few_channels.glsl), wherever it stores its results. The including file declares KERNEL,
// PADDING, RECTIFY, RECTIFY_OUTPUT, X_C, the buffers x, weight and bias, and the push constants x_h, x_w, y_c, y_h and y_w.
#include "common/rectified.glsl"

const uint SOURCES = X_C;

uint margin() {
    return PADDING;
}

uint source_height() {
    return x_h;
}

uint source_width() {
    return x_w;
}

float source_at(uint c, uint row, uint column) {
    float pixel = x[((gl_WorkGroupID.z * X_C + c) * x_h + row) * x_w + column];
    return RECTIFY == 1u ? rectified(pixel) : pixel;
}

uint target_channels() {
    return y_c;
}

uint target_height() {
    return y_h;
}

uint target_width() {
    return y_w;
}

float weight_at(uint k, uint c, uint tap) {
    return weight[(k * X_C + c) * (KERNEL * KERNEL) + tap];
}

float start_at(uint k) {
    return bias[k];
}

float finished(uint k, uint pixel, float sum) {
    return RECTIFY_OUTPUT == 1u ? rectified(sum) : sum;
}
