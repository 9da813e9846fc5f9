#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/float16.glsl"
#include "common/linear.glsl"
#include "common/rectified.glsl"
// Gradient of the 2x2 stride-2 transposed convolution to its weight and bias with factors rounded to 16 bits, for devices without matrix
// units: the function of conv_transpose2d/backward_weight. One invocation computes one element of partial; that of the first input
// channel's first tap also one of partial_bias.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already

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
    uint partial_n;
    uint partial_length;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= partial_length)
        return;
    uint tap = i % 4u;
    uint k = i / 4u % y_c;
    uint c = i / (4u * y_c) % x_c;
    uint split = i / (4u * y_c * x_c);
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint end_row = (split % splits + 1u) * x_h / splits;
    float sum = 0.0;
    float sum_bias = 0.0;
    for (uint p = split % splits * x_h / splits; p < end_row; p++) {
        for (uint q = 0u; q < x_w; q++) {
            float gradient[4];
            for (uint t = 0u; t < 4u; t++) {
                gradient[t] = rounded_to_float16(d_y[(((n * y_c + k) * x_h + p) * 2u + t / 2u) * (2u * x_w) + 2u * q + t % 2u]);
                sum_bias += gradient[t];
            }
            float pixel = x[((n * x_c + c) * x_h + p) * x_w + q];
            if (RECTIFY == 1u)
                pixel = rectified(pixel);
            sum += gradient[tap] * rounded_to_float16(pixel);
        }
    }
    partial[i] = sum;
    if (c == 0u && tap == 0u)
        partial_bias[split * y_c + k] = sum_bias;
}
