#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the convolution of a concatenation x (see common/concatenated.glsl) to its weight and bias as a matrix product, for
// GPUs, first half: sums over one run of the output pixels of one image; see common/gemm_conv2d_backward_weight.glsl.
// run_weight[run,k,c,r,s] = sum over (p,q) in the run of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// run_bias[run,k]         = sum over (p,q) in the run of d_y[n,k,p,q]
// One workgroup computes TILE_ROWS output channels and TILE_COLUMNS of the weights of each for one run.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 3) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 4) const uint TILE_ROWS = 64u;
layout(constant_id = 5) const uint TILE_COLUMNS = 64u;
layout(constant_id = 6) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 7) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 8) const uint TILE_WHOLE = 0u; // 1: output channels and weights of each are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 1, std430) readonly buffer Upsampled { float upsampled[]; };
layout(set = 0, binding = 2, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 3, std430) writeonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 4, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint skip_n;
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint upsampled_h;
    uint upsampled_w;
    uint upsampled_first;
    uint y_c;
    uint y_h;
    uint y_w;
    uint run_weight_n;
};

#include "common/concatenated.glsl"
#include "common/rectified.glsl"

uint input_channels() {
    return skip_c + upsampled_c;
}

float pixel_at(uint n, uint c, uint row, uint column) {
    if (PADDING > 0u && (row >= upsampled_h || column >= upsampled_w))
        return 0.0;
    Part part = part_of(c);
    float pixel = part.is_skip ? skip[place_in_skip(n, part.channel, row, column)]
                               : upsampled[place_in_upsampled(n, part.channel, row, column)];
    return (part.is_skip ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) == 1u ? rectified(pixel) : pixel;
}

#include "common/gemm_conv2d_backward_weight.glsl"

float load_b(uint load, uint depth0) {
    uint pixel = min(depth0 + depth_lane(), end - 1u);
    uint crs = crs_of(load);
    return pixel_at(image, crs / TAPS, pixel / y_w + crs % TAPS / KERNEL - PADDING, pixel % y_w + crs % KERNEL - PADDING);
}

void main() {
    find_run(y_h * y_w, run_weight_n / skip_n);
    sum_products();
}
