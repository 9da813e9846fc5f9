#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/float16.glsl"
#include "common/linear.glsl"
#include "common/rectified.glsl"
// 2x2 transposed convolution with stride 2 with factors rounded to 16 bits, for devices without matrix units: the function of
// conv_transpose2d/forward. One invocation computes one element of y.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_length;
    uint y_c;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= y_length)
        return;
    uint column = i % (2u * x_w);
    uint row = i / (2u * x_w) % (2u * x_h);
    uint k = i / (4u * x_w * x_h) % y_c;
    uint n = i / (4u * x_w * x_h * y_c);
    uint tap = row % 2u * 2u + column % 2u;
    float sum = bias[k];
    for (uint c = 0u; c < x_c; c++) {
        float pixel = x[((n * x_c + c) * x_h + row / 2u) * x_w + column / 2u];
        if (RECTIFY == 1u)
            pixel = rectified(pixel);
        sum += rounded_to_float16(weight[(c * y_c + k) * 4u + tap]) * rounded_to_float16(pixel);
    }
    y[i] = RECTIFY_OUTPUT == 1u ? rectified(sum) : sum;
}
