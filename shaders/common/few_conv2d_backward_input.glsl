// The gradient of a convolution with few output channels to its input (see common/few_channels.glsl), wherever it stores its results. The
// including file declares KERNEL, PADDING, RECTIFY, Y_C, the buffers weight, d_y and x, and the push constants x_c, x_h, x_w, y_h and y_w.
const uint SOURCES = Y_C;

uint margin() {
    return KERNEL - 1u - PADDING;
}

uint source_height() {
    return y_h;
}

uint source_width() {
    return y_w;
}

float source_at(uint k, uint row, uint column) {
    return d_y[((gl_WorkGroupID.z * Y_C + k) * y_h + row) * y_w + column];
}

uint target_channels() {
    return x_c;
}

uint target_height() {
    return x_h;
}

uint target_width() {
    return x_w;
}

float weight_at(uint c, uint k, uint tap) {
    return weight[(k * x_c + c) * (KERNEL * KERNEL) + (KERNEL * KERNEL - 1u - tap)];
}

float start_at(uint c) {
    return 0.0;
}

float finished(uint c, uint pixel, float sum) {
    return RECTIFY == 0u || x[(gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + pixel] > 0.0 ? sum : 0.0;
}
