#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Sum of squares, first half: each invocation adds the squares of TILE_ELEMENTS elements, a stride of one workgroup
// apart, in their order; then the sums of a workgroup are added in pairs.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint TILE_ELEMENTS = 64u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Partial { float partial[]; };
layout(push_constant, std430) uniform Push { uint x_length; };

shared float shared_sum[64];

void main() {
    uint group = linear_workgroup();
    float sum = 0.0;
    for (uint j = 0u; j < TILE_ELEMENTS; j++) {
        uint i = (group * TILE_ELEMENTS + j) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        if (i < x_length)
            sum += x[i] * x[i];
    }
    shared_sum[gl_LocalInvocationID.x] = sum;
    barrier();
    for (uint stride = 32u; stride > 0u; stride /= 2u) {
        if (gl_LocalInvocationID.x < stride)
            shared_sum[gl_LocalInvocationID.x] += shared_sum[gl_LocalInvocationID.x + stride];
        barrier();
    }
    if (gl_LocalInvocationID.x == 0u)
        partial[group] = shared_sum[0];
}
