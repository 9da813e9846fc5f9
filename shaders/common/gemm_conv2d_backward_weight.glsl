// Gradient of a convolution to its weight and bias as a matrix product (see common/gemm_runs.glsl): rows are output channels, columns
// the weights of each, depth a run of output pixels of one image. The including file declares KERNEL and PADDING, the tile's
// constants and TILE_WHOLE, the buffers d_y, run_weight and run_bias, y_c, y_h and y_w, and defines input_channels() and load_b.
const uint TAPS = KERNEL * KERNEL;

#include "common/gemm_runs.glsl"

uint crs_of(uint load) {
    uint crs = gl_WorkGroupID.y * TILE_COLUMNS + line_of(load, TILE_COLUMNS);
    return TILE_WHOLE == 1u ? crs : min(crs, input_channels() * TAPS - 1u);
}

float load_a(uint load, uint depth0) {
    uint k = gl_WorkGroupID.x * TILE_ROWS + line_of(load, TILE_ROWS);
    uint pixel = depth0 + depth_lane();
    return pixel < end ? d_y[(image * y_c + (TILE_WHOLE == 1u ? k : min(k, y_c - 1u))) * (y_h * y_w) + pixel] : 0.0;
}

void on_tiles() {
    if (gl_WorkGroupID.y == 0u && gl_LocalInvocationID.x < TILE_ROWS) {
        for (uint depth = 0u; depth < TILE_DEPTH; depth++)
            bias_sum += a_tile[(depth * A_PITCH + gl_LocalInvocationID.x) / 4u][gl_LocalInvocationID.x % 4u];
    }
}

void store(uint k, uint crs, float sum) {
    if (TILE_WHOLE == 1u || (k < y_c && crs < input_channels() * TAPS))
        run_weight[(gl_WorkGroupID.z * y_c + k) * (input_channels() * TAPS) + crs] = sum;
}

// The workgroup's sums; find_run has been called.
void sum_products() {
    multiply(gl_WorkGroupID.x * TILE_ROWS, gl_WorkGroupID.y * TILE_COLUMNS, first, end);
    uint k = gl_WorkGroupID.x * TILE_ROWS + gl_LocalInvocationID.x;
    if (gl_WorkGroupID.y == 0u && gl_LocalInvocationID.x < TILE_ROWS && k < y_c)
        run_bias[gl_WorkGroupID.z * y_c + k] = bias_sum;
}
