// What gradients of a convolution to its weight on matrix units from packed rows (see common/rows_convolution.glsl) have in common, over
// one run of the line of one image: for each tap, [channels of the left rows] x [places] times [places] x [channels of the right rows],
// where a tap reads the right rows from its own place on. Factors are rounded to Float16, sums are in Float32.
// One workgroup computes TILE_ROWS channels of the left rows and TILE_COLUMNS of the right ones, for all taps of one row. The including
// file declares KERNEL, TILE_ROWS, TILE_COLUMNS, TILE_DEPTH (places that are multiplied at a time; a divisor of 64) and the buffer
// tap_weight (for each run and each tap the channels of the left rows by those of the right ones, both as they are filled up), names the
// buffers of the rows LEFT_ROWS and RIGHT_ROWS, and defines left_row_count(), left_row_channels(), right_row_count() and
// right_row_channels() (how many rows an image has, and their channels), first_left_place() (where the line begins in the left rows; in
// the right ones at 0), line_width(), and what common/rows_run.glsl asks for.
#include "common/rows_run.glsl"

uint column_tiles() {
    return (right_row_channels() + TILE_COLUMNS - 1u) / TILE_COLUMNS;
}

uint tap_row() {
    return gl_WorkGroupID.x / column_tiles();
}

// Where the workgroup's factors begin, in units of 16 bytes.
uint first_left() {
    uint run = gl_WorkGroupID.z;
    return (image_of_run(run) * left_row_count() + first_left_place() + first_of_run(run)) * (left_row_channels() / 8u)
        + gl_WorkGroupID.y * (TILE_ROWS / 8u);
}

uint first_right() {
    uint run = gl_WorkGroupID.z;
    return (image_of_run(run) * right_row_count() + first_of_run(run) + tap_row() * line_width()) * (right_row_channels() / 8u)
        + gl_WorkGroupID.x % column_tiles() * (TILE_COLUMNS / 8u);
}

uint place_of_sum(uint left, uint right, uint s) {
    uint tap = gl_WorkGroupID.z * (KERNEL * KERNEL) + tap_row() * KERNEL + s;
    return (tap * left_row_channels() + left) * right_row_channels() + right;
}
