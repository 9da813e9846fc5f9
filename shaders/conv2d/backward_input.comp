#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its input, the adjoint of conv2d/forward:
// d_x[n,c,h,w] = sum over k,r,s of weight[k,c,r,s] * d_y[n,k,h+PADDING-r,w+PADDING-s], terms outside d_y being 0.
// One invocation computes TILE_H rows x TILE_C input channels of one column.
layout(local_size_x = 32, local_size_y = 2) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_H = 8u;
layout(constant_id = 3) const uint TILE_C = 8u;
layout(constant_id = 4) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

#include "common/conv2d_backward_input.glsl"

void store(uint n, uint c, uint row, uint column, float gradient) {
    uint at = ((n * x_c + c) * x_h + row) * x_w + column;
    d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? gradient : 0.0;
}

void main() {
    convolve_back(Plane(x_c, x_h, x_w), Plane(y_c, y_h, y_w));
}
