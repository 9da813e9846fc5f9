#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// y[row] = scale * sum over w of x[row, w]. One invocation computes one row.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push { uint y_length; uint x_w; float scale; };

void main() {
    uint row = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (row >= y_length)
        return;
    float sum = 0.0;
    for (uint w = 0; w < x_w; w++)
        sum += x[row * x_w + w];
    y[row] = scale * sum;
}
