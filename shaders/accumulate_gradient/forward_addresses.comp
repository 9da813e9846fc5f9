#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// sum = sum + term for processors, where a load through a storage buffer goes lane by lane and one through an address does
// not. One invocation adds TILE_LENGTH elements.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint TILE_LENGTH = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) buffer Sums { float sums[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Terms { float terms[]; };
layout(push_constant, std430) uniform Push {
    Sums sum;
    Terms term;
    uint sum_length;
};

void main() {
    uint first = linear_workgroup() * gl_WorkGroupSize.x * TILE_LENGTH + gl_LocalInvocationID.x;
    [[unroll]] for (uint j = 0u; j < TILE_LENGTH; j++) {
        uint i = first + j * gl_WorkGroupSize.x;
        if (i < sum_length)
            sum.sums[i] += term.terms[i];
    }
}
