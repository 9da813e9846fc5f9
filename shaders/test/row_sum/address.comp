#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_buffer_reference : require
#include "common/linear.glsl"
// y[row] = scale * sum over w of x[row, w], through buffer addresses. One invocation computes TILE_ROWS rows.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint TILE_ROWS = 2;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Source { float at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Target { float at[]; };
layout(push_constant, std430) uniform Push { uint y_length; Source x; Target y; uint x_w; float scale; };

void main() {
    uint first = (linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x) * TILE_ROWS;
    for (uint row = first; row < min(first + TILE_ROWS, y_length); row++) {
        float sum = 0.0;
        for (uint w = 0; w < x_w; w++)
            sum += x.at[row * x_w + w];
        y.at[row] = scale * sum;
    }
}
