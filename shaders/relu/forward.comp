#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
#include "common/rectified.glsl"
// y = max(x, 0), element by element. One invocation computes one element.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push { uint x_length; };

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i < x_length)
        y[i] = rectified(x[i]);
}
