// What gradients of a convolution to its weight on matrix units from packed rows (see common/rows_convolution.glsl) have in common, over
// one run of the line of one image: [channels of the left rows] x [places] times [places] x [channels of the right rows], where the
// latter are those of the KERNEL neighbouring places that the taps of one row reach, which lie side by side. Factors are rounded to
// Float16, sums are in Float32.
// One workgroup computes TILE_ROWS channels of the left rows and TILE_COLUMNS of the right ones, of one row of taps. The including file
// declares KERNEL, TILE_ROWS, TILE_COLUMNS, TILE_DEPTH (places that are multiplied at a time; a divisor of 64) and the buffer run_weight,
// names the buffers of the rows LEFT_ROWS and RIGHT_ROWS, and defines left_row_count(), left_row_channels(), right_row_count() and
// right_row_channels() (how many rows an image has, and their channels), first_left_place() (where the line begins in the left rows; in
// the right ones at 0), left_channels() and right_channels() (those that are not filled up), line_width(), place_of_sum(left, right, tap)
// (of a channel of both in the weights of a run), run_length() (all weights of a run), and what common/rows_run.glsl asks for.
#include "common/rows_run.glsl"

uint column_tiles() {
    return (KERNEL * right_row_channels() + TILE_COLUMNS - 1u) / TILE_COLUMNS;
}

// Where the workgroup's factors begin, in units of 16 bytes.
uint first_left() {
    uint run = gl_WorkGroupID.z;
    return (image_of_run(run) * left_row_count() + first_left_place() + first_of_run(run)) * (left_row_channels() / 8u)
        + gl_WorkGroupID.y * (TILE_ROWS / 8u);
}

uint first_right() {
    uint run = gl_WorkGroupID.z;
    uint r = gl_WorkGroupID.x / column_tiles();
    return (image_of_run(run) * right_row_count() + first_of_run(run) + r * line_width()) * (right_row_channels() / 8u)
        + gl_WorkGroupID.x % column_tiles() * (TILE_COLUMNS / 8u);
}

// Stores a sum of the workgroup's tile. What lies beyond the last channel of a row belongs to the next one, and was computed in vain.
void store_sum(uint row, uint column, float sum) {
    uint left = gl_WorkGroupID.y * TILE_ROWS + row;
    uint channel = gl_WorkGroupID.x % column_tiles() * TILE_COLUMNS + column;
    uint s = channel / right_row_channels();
    uint right = channel % right_row_channels();
    if (left < left_channels() && s < KERNEL && right < right_channels()) {
        uint tap = gl_WorkGroupID.x / column_tiles() * KERNEL + s;
        run_weight[gl_WorkGroupID.z * run_length() + place_of_sum(left, right, tap)] = sum;
    }
}
