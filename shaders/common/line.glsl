// The line of an image, along which convolutions for GPUs compute: its rows one behind the other, each with the zeros of the padding
// at both ends. A tap (r,s) is a shift along the line, by r * line_width() + s, the same for all pixels; what is computed at the last
// KERNEL - 1 pixels of a row of the line, where taps reach into the next row, belongs to no pixel and is dropped.
// A window of LENGTH pixels of the line is KERNEL runs of it, one for each row of taps, of RUN pixels each.
// The including file declares KERNEL and LENGTH and defines source_channels(), source_height(), source_width(), margin() (zeros on
// each side) and source_at(part, c, row, column), which is called for what lies inside only. Where the source consists of two tensors,
// `part` says in which of them the channel lies, 0 or 1, or 2 where that is not known; else it is 0.
const uint TAPS = KERNEL * KERNEL;
const uint RUN = LENGTH + KERNEL - 1u; // pixels that the taps of a row reach
const uint NOWHERE = 0xFFFFFFFFu;

uint line_width() {
    return source_width() + 2u * margin();
}

// Row and column, 16 bits each, of the source's pixel at a place of the line; NOWHERE in the padding and beyond the image.
uint pixel_of(uint place) {
    uint row = place / line_width() - margin(); // wraps above and left of the image, which the comparison catches
    uint column = place % line_width() - margin();
    return row < source_height() && column < source_width() ? row << 16u | column : NOWHERE;
}

float source_or_zero(uint part, uint c, uint pixel) {
    return pixel != NOWHERE && c < source_channels() ? source_at(part, c, pixel >> 16u, pixel & 0xFFFFu) : 0.0;
}
