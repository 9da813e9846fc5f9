// What the weight gradients share: depth is a run of the pixels of one image, and both tiles lie in memory along the pixels.
const uint TILE_DEPTH = 16u;
const uint DEPTH_LANES = TILE_DEPTH;

#include "common/gemm_lanes.glsl"
const uint A_LOADS = (TILE_ROWS + LINE_STEP - 1u) / LINE_STEP;
const uint B_LOADS = (TILE_COLUMNS + LINE_STEP - 1u) / LINE_STEP;
#include "common/gemm.glsl"

uint image; // to which the run belongs
uint first; // pixel of the run
uint end;   // of the run, exclusive
uint offset_b[B_LOADS]; // from the first channel and tap to those of each load
float bias_sum = 0.0;   // of one row or column

// Finds the workgroup's run: the pixels are cut into runs of whole tiles, of which the last may be empty.
void find_run(uint pixels, uint runs_of_image) {
    image = gl_WorkGroupID.z / runs_of_image;
    uint run_length = ((pixels + runs_of_image - 1u) / runs_of_image + TILE_DEPTH - 1u) / TILE_DEPTH * TILE_DEPTH;
    first = gl_WorkGroupID.z % runs_of_image * run_length;
    end = min(first + run_length, pixels);
}

uint place_a(uint load) {
    return depth_lane() * A_PITCH + line_of(load, TILE_ROWS);
}

uint place_b(uint load) {
    return depth_lane() * B_PITCH + line_of(load, TILE_COLUMNS);
}

float start_of(uint row) {
    return 0.0;
}
