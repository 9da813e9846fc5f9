// The runs into which the line of each image is cut where a weight gradient is summed from packed rows. They are of the same length, a
// multiple of 64, until the line ends: places behind it have gradients of 0, and the last runs may have no others.
// The including file declares the push constant tap_weight_n and defines image_count() and line_length() (places of the line of an image).
uint runs_of_image() {
    return tap_weight_n / image_count();
}

uint image_of_run(uint run) {
    return run / runs_of_image();
}

uint usual_length() {
    return ((line_length() + runs_of_image() - 1u) / runs_of_image() + 63u) / 64u * 64u;
}

uint first_of_run(uint run) {
    return run % runs_of_image() * usual_length();
}

// Places of a run; 0 where the runs before it have covered the line.
uint length_of_run(uint run) {
    uint first = min(first_of_run(run), line_length());
    return min(usual_length(), line_length() - first);
}
