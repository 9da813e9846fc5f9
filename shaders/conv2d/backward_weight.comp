#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its weight and bias, first half: sums over one run of output rows of one image.
// partial[split,k,c,r,s] = sum over p in the run, q of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// partial_bias[split,k]  = sum over p in the run, q of d_y[n,k,p,q]
// One invocation computes all taps of TILE_C input channels of one output channel; see common/conv2d_backward_weight.glsl.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_C = 4u;
layout(constant_id = 3) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Partial { float partial[]; };
layout(set = 0, binding = 3, std430) writeonly buffer PartialBias { float partial_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint partial_n;
};

#include "common/conv2d_backward_weight.glsl"
#include "common/rectified.glsl"

float pixel_at(uint n, uint c, uint row, uint column) {
    float pixel = x[((n * x_c + c) * x_h + min(row, x_h - 1u)) * x_w + min(column, x_w - 1u)];
    pixel = row < x_h && column < x_w ? pixel : 0.0;
    return RECTIFY == 1u ? rectified(pixel) : pixel;
}

void main() {
    sum_products(x_c, Plane(y_c, y_h, y_w), partial_n / x_n);
}
