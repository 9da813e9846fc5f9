// The line of the input of a convolution, on which the gradient of its output lies too (see conv2d/pack_gradient_rows), for sums over
// runs of it (see common/rows_run.glsl). The including file declares KERNEL and the push constants y_n, y_h and y_w.
uint image_count() {
    return y_n;
}

uint line_width() {
    return y_w + KERNEL - 1u;
}

uint line_length() {
    return y_h * line_width();
}

// Where the gradient of the first pixel lies, behind the zeros that are packed before it.
uint first_gradient_place() {
    return (KERNEL - 1u) * (line_width() + 1u);
}
