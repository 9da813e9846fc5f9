#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// sum = sum + term, where a value's gradient has more than one source. One invocation adds one element.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) buffer Sum { float sum[]; };
layout(set = 0, binding = 1, std430) readonly buffer Term { float term[]; };
layout(push_constant, std430) uniform Push { uint sum_length; };

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i < sum_length)
        sum[i] += term[i];
}
