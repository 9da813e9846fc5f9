#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// d_x[row, w] = scale * d_y[row]. One invocation computes one element.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer DX { float d_x[]; };
layout(push_constant, std430) uniform Push { uint x_length; uint x_w; float scale; };

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i < x_length)
        d_x[i] = scale * d_y[i / x_w];
}
