// The runs into which the line of each image is cut where a weight gradient is summed from packed rows. All but the last of an image are
// of the same length, a multiple of 64; the last one is filled up to such a multiple by places whose gradient is 0.
// The including file declares KERNEL and the push constants y_n, y_h, y_w and run_weight_n.
uint line_width() {
    return y_w + KERNEL - 1u;
}

// Where the gradient of the first pixel of y lies: behind the zeros that conv2d/pack_gradient_rows puts before it.
uint first_gradient_place() {
    return (KERNEL - 1u) * (line_width() + 1u);
}

uint runs_of_image() {
    return run_weight_n / y_n;
}

uint image_of_run(uint run) {
    return run / runs_of_image();
}

uint usual_length() {
    return ((y_h * line_width() + runs_of_image() - 1u) / runs_of_image() + 63u) / 64u * 64u;
}

uint first_of_run(uint run) {
    return run % runs_of_image() * usual_length();
}

// Places of a run; 0 where the runs before it have covered the line.
uint length_of_run(uint run) {
    uint line = y_h * line_width();
    uint first = min(first_of_run(run), line);
    return min(usual_length(), line - first);
}
