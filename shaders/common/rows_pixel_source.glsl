// The packed rows of an op's input as the source of its forward pass (see common/rows_convolution.glsl). The including file declares the
// buffer pixel_rows and the push constants pixel_rows_h and pixel_rows_w.
#define SOURCE_ROWS pixel_rows

uint first_place() {
    return 0u;
}

uint row_count() {
    return pixel_rows_h;
}

uint row_channels() {
    return pixel_rows_w;
}
