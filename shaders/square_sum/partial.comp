#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Sum of squares, first half: each invocation adds the squares of TILE_ELEMENTS elements, a stride of one workgroup
// apart, in their order.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint TILE_ELEMENTS = 64u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Partial { float partial[]; };
layout(push_constant, std430) uniform Push { uint x_length; };

void main() {
    uint group = linear_workgroup();
    float sum = 0.0;
    for (uint j = 0u; j < TILE_ELEMENTS; j++) {
        uint i = (group * TILE_ELEMENTS + j) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        if (i < x_length)
            sum += x[i] * x[i];
    }
    partial[group * gl_WorkGroupSize.x + gl_LocalInvocationID.x] = sum;
}
