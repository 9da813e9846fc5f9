#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the convolution of a concatenation x (see common/concatenated.glsl) to its weight and bias, first half: sums over
// one run of output rows of one image.
// partial[split,k,c,r,s] = sum over p in the run, q of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// partial_bias[split,k]  = sum over p in the run, q of d_y[n,k,p,q]
// One invocation computes all taps of TILE_C input channels of one output channel; see common/conv2d_backward_weight.glsl.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_C = 4u;
layout(constant_id = 3) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 4) const uint RECTIFY_UPSAMPLED = 0u;

layout(set = 0, binding = 0, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 1, std430) readonly buffer Upsampled { float upsampled[]; };
layout(set = 0, binding = 2, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Partial { float partial[]; };
layout(set = 0, binding = 4, std430) writeonly buffer PartialBias { float partial_bias[]; };
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
    uint partial_n;
};

#include "common/concatenated.glsl"
#include "common/concatenated_pixel.glsl"
#include "common/conv2d_backward_weight.glsl"

void main() {
    sum_products(skip_c + upsampled_c, Plane(y_c, y_h, y_w), partial_n / skip_n);
}
