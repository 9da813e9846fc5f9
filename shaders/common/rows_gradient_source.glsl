// The packed rows of the gradient of a convolution's output as the source of the gradient to its input (see common/rows_convolution.glsl).
// The including file declares PADDING, the buffer gradient_rows and the push constants gradient_rows_h and gradient_rows_w, and defines
// target_width().
#define SOURCE_ROWS gradient_rows

const bool IS_ADJOINT = true;

// That of the packed rows of the gradient, which is also that of the packed rows of the input.
uint line_width() {
    return target_width() + 2u * PADDING;
}

uint first_place() {
    return PADDING * (line_width() + 1u);
}

uint row_count() {
    return gradient_rows_h;
}

uint row_channels() {
    return gradient_rows_w;
}
