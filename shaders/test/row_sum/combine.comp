#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// y[row] = scale * sum over parts of partial[row, part], in the order of the parts. One invocation computes one row.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Partial { float partial[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push { uint y_length; uint partial_w; float scale; };

void main() {
    uint row = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (row >= y_length)
        return;
    float sum = 0.0;
    for (uint part = 0; part < partial_w; part++)
        sum += partial[row * partial_w + part];
    y[row] = scale * sum;
}
