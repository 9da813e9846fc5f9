#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// partial[row, part] = sum of every PARTS-th element of the row from `part` on. One invocation computes one part.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint PARTS = 2;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Partial { float partial[]; };
layout(push_constant, std430) uniform Push { uint partial_length; uint x_w; };

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= partial_length)
        return;
    uint row = i / PARTS;
    float sum = 0.0;
    for (uint w = i % PARTS; w < x_w; w += PARTS)
        sum += x[row * x_w + w];
    partial[i] = sum;
}
