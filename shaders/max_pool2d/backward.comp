#version 460
#extension GL_GOOGLE_include_directive : require
// Gradient of the 2x2 max-pool: the gradient of each output goes to the place of the maximum of its window; all other inputs get 0, an
// odd last row or column too.
// One invocation computes the inputs of TILE_H windows, one below the other (at an odd edge, fewer than four of each).
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint TILE_H = 8u;

layout(set = 0, binding = 0, std430) readonly buffer Place { uint place[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint place_h;
};

#include "common/pool_place.glsl"

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (q * 2u >= x_w)
        return;
    for (uint p = first; p < min(first + TILE_H, (x_h + 1u) / 2u); p++) {
        bool pooled = p < y_h && q < y_w;
        uint found = pooled ? place_in(place[(plane * place_h + p / WINDOWS) * y_w + q], p) : NOWHERE;
        float gradient = pooled ? d_y[(plane * y_h + p) * y_w + q] : 0.0;
        uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;
        bool right = q * 2u + 1u < x_w;
        d_x[corner] = found == 0u ? gradient : 0.0;
        if (right)
            d_x[corner + 1u] = found == 1u ? gradient : 0.0;
        if (p * 2u + 1u < x_h) {
            d_x[corner + x_w] = found == 2u ? gradient : 0.0;
            if (right)
                d_x[corner + x_w + 1u] = found == 3u ? gradient : 0.0;
        }
    }
}
