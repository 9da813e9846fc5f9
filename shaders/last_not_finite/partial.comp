#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// The last element that is no finite number, first half: each invocation looks at TILE_ELEMENTS elements, a stride of one
// workgroup apart. partial = 1 + the index of the last one, 0 where all are finite.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint TILE_ELEMENTS = 64u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Partial { float partial[]; };
layout(push_constant, std430) uniform Push { uint x_length; };

void main() {
    uint group = linear_workgroup();
    uint last = 0u;
    for (uint j = 0u; j < TILE_ELEMENTS; j++) {
        uint i = (group * TILE_ELEMENTS + j) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        // Compared as bits: a compiler may take isnan and isinf for false.
        if (i < x_length && (floatBitsToUint(x[i]) & 0x7F800000u) == 0x7F800000u)
            last = i + 1u;
    }
    partial[group * gl_WorkGroupSize.x + gl_LocalInvocationID.x] = float(last);
}
