#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the 2x2 stride-2 transposed convolution to its weight and bias as a matrix product, for GPUs, first half: sums
// over one run of the input pixels of one image; see common/gemm.glsl.
// run_weight[run,c,k,r,s] = sum over (p,q) in the run of x[n,c,p,q] * d_y[n,k,2p+r,2q+s]
// run_bias[run,k]         = sum over (p,q) in the run, r, s of d_y[n,k,2p+r,2q+s]
// One workgroup computes TILE_ROWS input channels and TILE_COLUMNS of the weights of each for one run.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint TILE_ROWS = 64u;
layout(constant_id = 2) const uint TILE_COLUMNS = 64u;
layout(constant_id = 3) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 4) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 5) const uint TILE_WHOLE = 0u; // 1: input channels and weights of each are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint run_weight_n;
};

const uint TAPS = 4u;

#include "common/gemm_runs.glsl"
#include "common/rectified.glsl"

float load_a(uint load, uint depth0) {
    uint c = gl_WorkGroupID.x * TILE_ROWS + line_of(load, TILE_ROWS);
    uint pixel = min(depth0 + depth_lane(), end - 1u);
    float loaded = x[(image * x_c + (TILE_WHOLE == 1u ? c : min(c, x_c - 1u))) * (x_h * x_w) + pixel];
    return RECTIFY == 1u ? rectified(loaded) : loaded;
}

float load_b(uint load, uint depth0) {
    uint pixel = depth0 + depth_lane();
    uint at = ((image * y_c * x_h + pixel / x_w) * 2u * x_w + pixel % x_w) * 2u + offset_b[load];
    return pixel < end ? d_y[at] : 0.0;
}

void on_tiles() {
    if (gl_WorkGroupID.x == 0u && gl_LocalInvocationID.x < TILE_COLUMNS) {
        for (uint depth = 0u; depth < TILE_DEPTH; depth++)
            bias_sum += b_tile[(depth * B_PITCH + gl_LocalInvocationID.x) / 4u][gl_LocalInvocationID.x % 4u];
    }
}

void store(uint c, uint krs, float sum) {
    if (TILE_WHOLE == 1u || (c < x_c && krs < y_c * TAPS))
        run_weight[(gl_WorkGroupID.z * x_c + c) * (y_c * TAPS) + krs] = sum;
}

void main() {
    find_run(x_h * x_w, run_weight_n / x_n);
    [[unroll]] for (uint i = 0u; i < B_LOADS; i++) {
        uint krs = gl_WorkGroupID.y * TILE_COLUMNS + line_of(i, TILE_COLUMNS);
        krs = TILE_WHOLE == 1u ? krs : min(krs, y_c * TAPS - 1u);
        offset_b[i] = ((krs / TAPS * x_h * 2u + krs % TAPS / 2u) * x_w) * 2u + krs % 2u;
    }
    multiply(gl_WorkGroupID.x * TILE_ROWS, gl_WorkGroupID.y * TILE_COLUMNS, first, end);

    // The bias of an output channel has part in its four taps, which are neighbouring columns.
    barrier();
    if (gl_LocalInvocationID.x < TILE_COLUMNS)
        b_tile[gl_LocalInvocationID.x / 4u][gl_LocalInvocationID.x % 4u] = bias_sum;
    barrier();
    uint k = gl_WorkGroupID.y * (TILE_COLUMNS / TAPS) + gl_LocalInvocationID.x;
    if (gl_WorkGroupID.x == 0u && gl_LocalInvocationID.x < TILE_COLUMNS / TAPS && k < y_c) {
        vec4 taps = b_tile[gl_LocalInvocationID.x];
        run_bias[gl_WorkGroupID.z * y_c + k] = taps.x + taps.y + taps.z + taps.w;
    }
}
