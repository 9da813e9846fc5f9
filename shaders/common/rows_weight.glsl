// What gradients of a convolution to its weight on matrix units from packed rows (see common/rows_convolution.glsl) have in common, over
// one run of the line of one image: [output channels] x [places] times [places] x [channels], where the channels are those of the
// KERNEL neighbouring places that the taps of one row reach, which lie side by side. Factors are rounded to Float16, sums are in Float32.
// One workgroup computes TILE_ROWS output channels and TILE_COLUMNS such channels, of one row of taps. The including file declares
// KERNEL, TILE_ROWS, TILE_COLUMNS, TILE_DEPTH (places that are multiplied at a time; a divisor of 64), the buffers pixel_rows,
// gradient_rows and run_weight, and the push constants y_n, y_h, y_w, pixel_rows_h, pixel_rows_w, gradient_rows_h, gradient_rows_w,
// run_weight_n, run_weight_c and run_weight_h.
#include "common/rows_run.glsl"

uint column_tiles() {
    return (KERNEL * pixel_rows_w + TILE_COLUMNS - 1u) / TILE_COLUMNS;
}

// Where the workgroup's factors begin, in units of 16 bytes.
uint first_gradient() {
    uint run = gl_WorkGroupID.z;
    return (image_of_run(run) * gradient_rows_h + first_gradient_place() + first_of_run(run)) * (gradient_rows_w / 8u)
        + gl_WorkGroupID.y * (TILE_ROWS / 8u);
}

uint first_pixel() {
    uint run = gl_WorkGroupID.z;
    uint r = gl_WorkGroupID.x / column_tiles();
    return (image_of_run(run) * pixel_rows_h + first_of_run(run) + r * line_width()) * (pixel_rows_w / 8u)
        + gl_WorkGroupID.x % column_tiles() * (TILE_COLUMNS / 8u);
}

// Stores a sum of the workgroup's tile. What lies beyond the last channel of a row belongs to the next one, and was computed in vain.
void store_sum(uint row, uint column, float sum) {
    uint k = gl_WorkGroupID.y * TILE_ROWS + row;
    uint channel = gl_WorkGroupID.x % column_tiles() * TILE_COLUMNS + column;
    uint s = channel / pixel_rows_w;
    uint c = channel % pixel_rows_w;
    if (k < run_weight_c && s < KERNEL && c < run_weight_h) {
        uint tap = gl_WorkGroupID.x / column_tiles() * KERNEL + s;
        run_weight[((gl_WorkGroupID.z * run_weight_c + k) * run_weight_h + c) * (KERNEL * KERNEL) + tap] = sum;
    }
}
