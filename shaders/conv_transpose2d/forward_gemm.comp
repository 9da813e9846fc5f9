#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// 2x2 transposed convolution with stride 2 as a matrix product, for GPUs; see common/gemm.glsl:
// y[n,k,2p+r,2q+s] = bias[k] + sum over c of weight[c,k,r,s] * x[n,c,p,q].
// One workgroup computes TILE_ROWS of the outputs (k,r,s) of TILE_COLUMNS neighbouring input pixels of one image.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 2) const uint TILE_ROWS = 64u;
layout(constant_id = 3) const uint TILE_COLUMNS = 64u;
layout(constant_id = 4) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 5) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 6) const uint TILE_C = 16u;
layout(constant_id = 7) const uint TILE_WHOLE = 0u; // 1: outputs and depth are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

const uint TAPS = 1u;
const uint TILE_DEPTH = TILE_C;

#include "common/gemm_gather.glsl"
const uint DEPTH_STEP = 128u / TILE_ROWS; // an invocation keeps to one row of a, as neighbouring rows lie next to each other
const uint A_LOADS = TILE_DEPTH / DEPTH_STEP;
#include "common/gemm.glsl"
#include "common/rectified.glsl"

float load_b(uint load, uint depth0) {
    uint pixel = min(gl_WorkGroupID.y * TILE_COLUMNS + column_of_b(), x_h * x_w - 1u);
    uint c = depth0 + channel_of_b(load);
    float loaded = x[(gl_WorkGroupID.z * x_c + (TILE_WHOLE == 1u ? c : min(c, x_c - 1u))) * (x_h * x_w) + pixel];
    return RECTIFY == 1u ? rectified(loaded) : loaded;
}

uint depth_of_a(uint load) {
    return load * DEPTH_STEP + gl_LocalInvocationID.x / TILE_ROWS;
}

float load_a(uint load, uint depth0) {
    uint krs = gl_WorkGroupID.x * TILE_ROWS + gl_LocalInvocationID.x % TILE_ROWS;
    uint c = depth0 + depth_of_a(load);
    if (TILE_WHOLE == 1u)
        return weight[c * (y_c * 4u) + krs];
    return c < x_c ? weight[c * (y_c * 4u) + min(krs, y_c * 4u - 1u)] : 0.0;
}

uint place_a(uint load) {
    return depth_of_a(load) * A_PITCH + gl_LocalInvocationID.x % TILE_ROWS;
}

void on_tiles() {}

float start_of(uint krs) {
    return bias[TILE_WHOLE == 1u ? krs / 4u : min(krs / 4u, y_c - 1u)];
}

void store(uint krs, uint pixel, float sum) {
    uint row = ((gl_WorkGroupID.z * y_c + krs / 4u) * x_h + pixel / x_w) * 2u + krs % 4u / 2u;
    if ((TILE_WHOLE == 1u || krs < y_c * 4u) && pixel < x_h * x_w)
        y[(row * x_w + pixel % x_w) * 2u + krs % 2u] = RECTIFY_OUTPUT == 1u ? rectified(sum) : sum;
}

void main() {
    multiply(gl_WorkGroupID.x * TILE_ROWS, gl_WorkGroupID.y * TILE_COLUMNS, 0u, x_c);
}
