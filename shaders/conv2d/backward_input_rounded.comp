#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/float16.glsl"
#include "common/linear.glsl"
// Gradient of a convolution to its input with factors rounded to 16 bits, for devices without matrix units: the function of
// conv2d/backward_input. One invocation computes one element of d_x. An x that rounds to 0 counts as 0.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_length;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= x_length)
        return;
    uint w = i % x_w;
    uint h = i / x_w % x_h;
    uint c = i / (x_w * x_h) % x_c;
    uint n = i / (x_w * x_h * x_c);
    float sum = 0.0;
    for (uint k = 0u; k < y_c; k++) {
        for (uint r = 0u; r < KERNEL; r++) {
            for (uint s = 0u; s < KERNEL; s++) {
                uint row = h + PADDING - r; // wraps below 0, which the comparison catches
                uint column = w + PADDING - s;
                if (row >= y_h || column >= y_w)
                    continue;
                float gradient = d_y[((n * y_c + k) * y_h + row) * y_w + column];
                sum += rounded_to_float16(weight[((k * x_c + c) * KERNEL + r) * KERNEL + s]) * rounded_to_float16(gradient);
            }
        }
    }
    d_x[i] = RECTIFY == 0u || rounded_to_float16(x[i]) > 0.0 ? sum : 0.0;
}
