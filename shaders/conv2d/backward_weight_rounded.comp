#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/float16.glsl"
#include "common/linear.glsl"
#include "common/rectified.glsl"
// Gradient of a convolution to its weight and bias with factors rounded to 16 bits, for devices without matrix units: the
// function of conv2d/backward_weight. One invocation computes one element of partial; that of the first input channel's first
// tap also one of partial_bias.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already

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
    uint partial_length;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= partial_length)
        return;
    uint tap = i % (KERNEL * KERNEL);
    uint c = i / (KERNEL * KERNEL) % x_c;
    uint k = i / (KERNEL * KERNEL * x_c) % y_c;
    uint split = i / (KERNEL * KERNEL * x_c * y_c);
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint end_row = (split % splits + 1u) * y_h / splits;
    float sum = 0.0;
    float sum_bias = 0.0;
    for (uint p = split % splits * y_h / splits; p < end_row; p++) {
        for (uint q = 0u; q < y_w; q++) {
            float gradient = rounded_to_float16(d_y[((n * y_c + k) * y_h + p) * y_w + q]);
            sum_bias += gradient;
            uint row = p + tap / KERNEL - PADDING; // wraps below 0, which the comparison catches
            uint column = q + tap % KERNEL - PADDING;
            if (row >= x_h || column >= x_w)
                continue;
            float pixel = x[((n * x_c + c) * x_h + row) * x_w + column];
            if (RECTIFY == 1u)
                pixel = rectified(pixel);
            sum += gradient * rounded_to_float16(pixel);
        }
    }
    partial[i] = sum;
    if (c == 0u && tap == 0u)
        partial_bias[split * y_c + k] = sum_bias;
}
