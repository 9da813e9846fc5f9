// Where a fused ReLU before a convolution was positive, by the packed rows of the convolution's input, which hold what the ReLU gave. A
// number that rounding to Float16 made 0 counts as 0, as it did for the products of the forward pass.
// The including file declares the buffer pixel_rows (four channels a uvec2) and the push constants pixel_rows_h and pixel_rows_w, and
// defines line_width() and first_place(), which is also where the first pixel lies in those rows.
uvec2 four_channels(uint channel, uint row, uint column) {
    uint place = first_place() + row * line_width() + column;
    return pixel_rows[((gl_WorkGroupID.z * pixel_rows_h + place) * pixel_rows_w + channel) / 4u];
}

bool was_positive(uvec2 four, uint q) {
    uint bits = four[q / 2u] >> q % 2u * 16u & 0xFFFFu;
    return bits - 1u < 0x7C00u; // from the smallest positive number to infinity
}
