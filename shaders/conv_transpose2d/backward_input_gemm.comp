#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the 2x2 stride-2 transposed convolution to its input as a matrix product, for GPUs; see common/gemm.glsl:
// d_x[n,c,p,q] = sum over k,r,s of weight[c,k,r,s] * d_y[n,k,2p+r,2q+s].
// One workgroup computes TILE_ROWS input channels of TILE_COLUMNS neighbouring input pixels of one image.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 1) const uint TILE_ROWS = 64u;
layout(constant_id = 2) const uint TILE_COLUMNS = 64u;
layout(constant_id = 3) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 4) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 5) const uint TILE_C = 4u;
layout(constant_id = 6) const uint TILE_WHOLE = 0u; // 1: input channels and depth are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

const uint TAPS = 4u;
const uint TILE_DEPTH = TILE_C * TAPS;
const uint DEPTH_LANES = TILE_DEPTH;

#include "common/gemm_gather.glsl"
#include "common/gemm_lanes.glsl"
const uint A_LOADS = (TILE_ROWS + LINE_STEP - 1u) / LINE_STEP;
#include "common/gemm.glsl"

float load_b(uint load, uint depth0) {
    uint pixel = min(gl_WorkGroupID.y * TILE_COLUMNS + column_of_b(), x_h * x_w - 1u);
    uint k = depth0 / TAPS + channel_of_b(load);
    k = TILE_WHOLE == 1u ? k : min(k, y_c - 1u);
    uint row = ((gl_WorkGroupID.z * y_c + k) * x_h + pixel / x_w) * 2u + load % TAPS / 2u;
    return d_y[(row * x_w + pixel % x_w) * 2u + load % 2u];
}

float load_a(uint load, uint depth0) {
    uint c = gl_WorkGroupID.x * TILE_ROWS + line_of(load, TILE_ROWS);
    uint krs = depth0 + depth_lane();
    if (TILE_WHOLE == 1u)
        return weight[c * (y_c * TAPS) + krs];
    return krs < y_c * TAPS ? weight[min(c, x_c - 1u) * (y_c * TAPS) + krs] : 0.0;
}

uint place_a(uint load) {
    return depth_lane() * A_PITCH + line_of(load, TILE_ROWS);
}

void on_tiles() {}

float start_of(uint c) {
    return 0.0;
}

void store(uint c, uint pixel, float sum) {
    uint at = (gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + pixel;
    if ((TILE_WHOLE == 1u || c < x_c) && pixel < x_h * x_w)
        d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? sum : 0.0;
}

void main() {
    multiply(gl_WorkGroupID.x * TILE_ROWS, gl_WorkGroupID.y * TILE_COLUMNS, 0u, y_c * TAPS);
}
