#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/float16.glsl"
#include "common/linear.glsl"
#include "common/rectified.glsl"
// Convolution with factors rounded to 16 bits, for devices without matrix units: the function of conv2d/forward.
// One invocation computes one element of y.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

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
    uint y_h;
    uint y_w;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= y_length)
        return;
    uint q = i % y_w;
    uint p = i / y_w % y_h;
    uint k = i / (y_w * y_h) % y_c;
    uint n = i / (y_w * y_h * y_c);
    float sum = bias[k];
    for (uint c = 0u; c < x_c; c++) {
        for (uint r = 0u; r < KERNEL; r++) {
            for (uint s = 0u; s < KERNEL; s++) {
                uint row = p + r - PADDING; // wraps below 0, which the comparison catches
                uint column = q + s - PADDING;
                if (row >= x_h || column >= x_w)
                    continue;
                float pixel = x[((n * x_c + c) * x_h + row) * x_w + column];
                if (RECTIFY == 1u)
                    pixel = rectified(pixel);
                sum += rounded_to_float16(weight[((k * x_c + c) * KERNEL + r) * KERNEL + s]) * rounded_to_float16(pixel);
            }
        }
    }
    y[i] = RECTIFY_OUTPUT == 1u ? rectified(sum) : sum;
}
