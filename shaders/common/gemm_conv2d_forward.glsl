// Convolution as a matrix product (see common/gemm.glsl): rows are output channels, columns output pixels of one image, depth the
// weights of an output channel. The including file declares KERNEL, PADDING and RECTIFY_OUTPUT, the tile's constants and TILE_C,
// the channels staged at a time, TILE_WHOLE, the buffers weight, bias and y, y_c, y_h and y_w, and defines input_channels() and
// pixel_at(n, c, row, column), where what lies above or left of the image wraps.
const uint TAPS = KERNEL * KERNEL;
const uint TILE_DEPTH = TILE_C * TAPS;
const uint DEPTH_LANES = TILE_DEPTH;

#include "common/gemm_gather.glsl"
#include "common/gemm_lanes.glsl"
const uint A_LOADS = (TILE_ROWS + LINE_STEP - 1u) / LINE_STEP;
#include "common/gemm.glsl"
#include "common/rectified.glsl"

float load_b(uint load, uint depth0) {
    uint pixel = min(gl_WorkGroupID.y * TILE_COLUMNS + column_of_b(), y_h * y_w - 1u);
    uint c = depth0 / TAPS + channel_of_b(load);
    c = TILE_WHOLE == 1u ? c : min(c, input_channels() - 1u);
    uint r = load % TAPS / KERNEL;
    uint s = load % KERNEL;
    return pixel_at(gl_WorkGroupID.z, c, pixel / y_w + r - PADDING, pixel % y_w + s - PADDING);
}

float load_a(uint load, uint depth0) {
    uint k = gl_WorkGroupID.x * TILE_ROWS + line_of(load, TILE_ROWS);
    uint crs = depth0 + depth_lane();
    if (TILE_WHOLE == 1u)
        return weight[k * (input_channels() * TAPS) + crs];
    return crs < input_channels() * TAPS ? weight[min(k, y_c - 1u) * (input_channels() * TAPS) + crs] : 0.0;
}

uint place_a(uint load) {
    return depth_lane() * A_PITCH + line_of(load, TILE_ROWS);
}

void on_tiles() {}

float start_of(uint k) {
    return bias[TILE_WHOLE == 1u ? k : min(k, y_c - 1u)];
}

void store(uint k, uint pixel, float sum) {
    if ((TILE_WHOLE == 1u || k < y_c) && pixel < y_h * y_w)
        y[(gl_WorkGroupID.z * y_c + k) * (y_h * y_w) + pixel] = RECTIFY_OUTPUT == 1u ? rectified(sum) : sum;
}

void convolve() {
    multiply(gl_WorkGroupID.x * TILE_ROWS, gl_WorkGroupID.y * TILE_COLUMNS, 0u, input_channels() * TAPS);
}
