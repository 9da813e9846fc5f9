// Where the parts of a concatenation lie: the skip connection, cropped to the centre, then the upsampled tensor, along the
// channels; the other way round where upsampled_first is 1. The including file declares the push constants skip_c, skip_h,
// skip_w, upsampled_c, upsampled_h, upsampled_w and upsampled_first.
struct Part { bool is_skip; uint channel; };

Part part_of(uint c) {
    // Before the first channel of a part the difference wraps, which the comparison catches.
    uint skip_channel = c - upsampled_first * upsampled_c;
    bool is_skip = skip_channel < skip_c;
    return Part(is_skip, is_skip ? skip_channel : c - (1u - upsampled_first) * skip_c);
}

// Index of a pixel of the crop in the whole skip connection.
uint place_in_skip(uint n, uint channel, uint row, uint column) {
    row += (skip_h - upsampled_h) / 2u;
    return ((n * skip_c + channel) * skip_h + row) * skip_w + column + (skip_w - upsampled_w) / 2u;
}

uint place_in_upsampled(uint n, uint channel, uint row, uint column) {
    return ((n * upsampled_c + channel) * upsampled_h + row) * upsampled_w + column;
}
