#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// d_x = d_y where y > 0, else 0; y is positive exactly where x is. One invocation computes one element.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) readonly buffer Y { float y[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(push_constant, std430) uniform Push { uint y_length; };

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i < y_length)
        d_x[i] = y[i] > 0.0 ? d_y[i] : 0.0;
}
