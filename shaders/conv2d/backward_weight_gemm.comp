#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its weight and bias as a matrix product, for GPUs, first half: sums over one run of the output
// pixels of one image; see common/gemm_conv2d_backward_weight.glsl.
// run_weight[run,k,c,r,s] = sum over (p,q) in the run of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// run_bias[run,k]         = sum over (p,q) in the run of d_y[n,k,p,q]
// One workgroup computes TILE_ROWS output channels and TILE_COLUMNS of the weights of each for one run.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint TILE_ROWS = 64u;
layout(constant_id = 4) const uint TILE_COLUMNS = 64u;
layout(constant_id = 5) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 6) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 7) const uint TILE_WHOLE = 0u; // 1: output channels and weights of each are whole tiles, so that nothing lies beyond

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
    uint y_h;
    uint y_w;
    uint run_weight_n;
};

uint input_channels() {
    return x_c;
}

#include "common/gemm_conv2d_backward_weight.glsl"
#include "common/rectified.glsl"

float load_b(uint load, uint depth0) {
    uint pixel = min(depth0 + depth_lane(), end - 1u);
    uint row = pixel / y_w - PADDING;
    uint column = pixel % y_w - PADDING;
    uint at = (image * x_c * x_h + row) * x_w + column + offset_b[load];
    if (PADDING == 0u)
        return RECTIFY == 1u ? rectified(x[at]) : x[at];
    uint tap = crs_of(load) % TAPS;
    bool inside = row + tap / KERNEL < x_h && column + tap % KERNEL < x_w; // what wraps below 0 lies outside
    float loaded = inside ? x[at] : 0.0;
    return RECTIFY == 1u ? rectified(loaded) : loaded;
}

void main() {
    find_run(y_h * y_w, run_weight_n / x_n);
    [[unroll]] for (uint i = 0u; i < B_LOADS; i++) {
        uint crs = crs_of(i);
        offset_b[i] = (crs / TAPS * x_h + crs % TAPS / KERNEL) * x_w + crs % KERNEL;
    }
    sum_products();
}
