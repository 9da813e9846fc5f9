// Gradient of a convolution to its input as a matrix product (see common/gemm.glsl): rows are input channels, columns input pixels
// of one image, depth the taps of all output channels, turned by 180 degrees. The including file declares KERNEL and PADDING, the
// tile's constants and TILE_C, the output channels staged at a time, TILE_WHOLE, the buffers weight and d_y, y_c, y_h and y_w, and
// defines input_channels(), input_height(), input_width() and store(c, pixel, sum).
const uint TAPS = KERNEL * KERNEL;
const uint TILE_DEPTH = TILE_C * TAPS;
const uint DEPTH_LANES = TAPS;

#include "common/gemm_gather.glsl"
#include "common/gemm_lanes.glsl"
const uint LINE_LOADS = (TILE_ROWS + LINE_STEP - 1u) / LINE_STEP; // for each channel of d_y
const uint A_LOADS = TILE_C * LINE_LOADS;
#include "common/gemm.glsl"

float load_b(uint load, uint depth0) {
    uint pixel = min(gl_WorkGroupID.y * TILE_COLUMNS + column_of_b(), input_height() * input_width() - 1u);
    uint k = depth0 / TAPS + channel_of_b(load);
    k = TILE_WHOLE == 1u ? k : min(k, y_c - 1u);
    uint row = pixel / input_width() + PADDING - (KERNEL - 1u) + load % TAPS / KERNEL; // wraps below 0, which the comparison catches
    uint column = pixel % input_width() + PADDING - (KERNEL - 1u) + load % KERNEL;
    bool inside = PADDING == KERNEL - 1u || (row < y_h && column < y_w);
    return inside ? d_y[((gl_WorkGroupID.z * y_c + k) * y_h + row) * y_w + column] : 0.0;
}

float load_a(uint load, uint depth0) {
    uint c = gl_WorkGroupID.x * TILE_ROWS + line_of(load % LINE_LOADS, TILE_ROWS);
    uint k = depth0 / TAPS + load / LINE_LOADS;
    uint tap = TAPS - 1u - depth_lane();
    if (TILE_WHOLE == 1u)
        return weight[(k * input_channels() + c) * TAPS + tap];
    return k < y_c ? weight[(k * input_channels() + min(c, input_channels() - 1u)) * TAPS + tap] : 0.0;
}

uint place_a(uint load) {
    return (load / LINE_LOADS * TAPS + depth_lane()) * A_PITCH + line_of(load % LINE_LOADS, TILE_ROWS);
}

void on_tiles() {}

float start_of(uint c) {
    return 0.0;
}

void convolve_back() {
    multiply(gl_WorkGroupID.x * TILE_ROWS, gl_WorkGroupID.y * TILE_COLUMNS, 0u, y_c * TAPS);
}
