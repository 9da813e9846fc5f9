#version 460
#extension GL_GOOGLE_include_directive : require
// Adds the gradient of the 2x2 max-pool to what other readers of its input gave: each gradient of an output goes to the place of the
// maximum of its window. One invocation adds the gradients of TILE_H windows, one below the other (a multiple of 8).
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint TILE_H = 8u;

layout(set = 0, binding = 0, std430) readonly buffer Place { uint place[]; };
layout(set = 0, binding = 1, std430) readonly buffer PooledGradient { float pooled_gradient[]; };
layout(set = 0, binding = 2, std430) buffer Sum { float sum[]; };
layout(push_constant, std430) uniform Push {
    uint place_h;
    uint pooled_gradient_h;
    uint pooled_gradient_w;
    uint sum_h;
    uint sum_w;
};

#include "common/pool_place.glsl"

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (q >= pooled_gradient_w)
        return;
    for (uint start = first; start < min(first + TILE_H, pooled_gradient_h); start += WINDOWS) {
        uint word = place[(plane * place_h + start / WINDOWS) * pooled_gradient_w + q];
        for (uint p = start; p < min(start + WINDOWS, pooled_gradient_h); p++) {
            uint found = place_in(word, p);
            if (found == NOWHERE)
                continue;
            uint at = (plane * sum_h + p * 2u + found / 2u) * sum_w + q * 2u + found % 2u;
            sum[at] += pooled_gradient[(plane * pooled_gradient_h + p) * pooled_gradient_w + q];
        }
    }
}
