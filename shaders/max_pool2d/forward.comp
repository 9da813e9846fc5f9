#version 460
#extension GL_GOOGLE_include_directive : require
// 2x2 max-pool with stride 2: y[n,c,p,q] = max over r,s of x[n,c,2p+r,2q+s], and where in the window it lies. An odd last row or
// column is left out. One invocation computes TILE_H rows (a multiple of 8) of a column of one channel.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint TILE_H = 8u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Place { uint place[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint place_h;
};

#include "common/first_maximum.glsl"

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (q >= y_w)
        return;
    for (uint start = first; start < min(first + TILE_H, y_h); start += WINDOWS) {
        uint word = 0u;
        for (uint p = start; p < min(start + WINDOWS, y_h); p++) {
            uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;
            Maximum found = first_maximum(vec2(x[corner], x[corner + 1u]), vec2(x[corner + x_w], x[corner + x_w + 1u]));
            y[(plane * y_h + p) * y_w + q] = found.value;
            word |= word_of(found.place, p);
        }
        place[(plane * place_h + start / WINDOWS) * y_w + q] = word;
    }
}
