#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Convolution: y[n,k,p,q] = bias[k] + sum over c,r,s of weight[k,c,r,s] * x[n,c,p+r-PADDING,q+s-PADDING].
// One invocation computes TILE_H rows x TILE_C output channels of one column; see common/conv2d_forward.glsl.
layout(local_size_x = 32, local_size_y = 2) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_H = 8u;
layout(constant_id = 3) const uint TILE_C = 8u;
layout(constant_id = 4) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 5) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

#include "common/conv2d_forward.glsl"
#include "common/rectified.glsl"

float pixel_at(uint n, uint c, uint row, uint column) {
    float pixel = x[((n * x_c + c) * x_h + min(row, x_h - 1u)) * x_w + min(column, x_w - 1u)];
    pixel = row < x_h && column < x_w ? pixel : 0.0;
    return RECTIFY == 1u ? rectified(pixel) : pixel;
}

void main() {
    convolve(x_c, Plane(y_c, y_h, y_w));
}
