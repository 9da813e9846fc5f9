#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Adds the gradient of the 2x2 max-pool to what other readers of its input gave: each gradient of an output goes to the place of the
// maximum of its window. One invocation adds the gradients of TILE_H windows, one below the other (a multiple of 8). Where the sum so far
// was only written in the middle, it sets the other pixels too, those that are in no window with them.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint TILE_H = 8u;
layout(constant_id = 1) const uint CROP_HEIGHT = 0u;
layout(constant_id = 2) const uint CROP_WIDTH = 0u;

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

#include "common/cropped_sum.glsl"
#include "common/pool_place.glsl"

uint plane_of_sum() {
    return gl_WorkGroupID.z * sum_h;
}

void add_at_maximum(uint p, uint q, uint found, float pooled) {
    if (found != NOWHERE)
        sum[(plane_of_sum() + p * 2u + found / 2u) * sum_w + q * 2u + found % 2u] += pooled;
}

void set_window(uint p, uint q, uint found, float pooled) {
    [[unroll]] for (uint corner = 0u; corner < 4u; corner++) {
        uint row = p * 2u + corner / 2u;
        uint column = q * 2u + corner % 2u;
        uint at = (plane_of_sum() + row) * sum_w + column;
        if (row >= sum_h || column >= sum_w)
            continue;
        if (!was_written(row, column))
            sum[at] = found == corner ? pooled : 0.0;
        else if (found == corner)
            sum[at] += pooled;
    }
}

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    uint rows = IS_CROPPED ? (sum_h + 1u) / 2u : pooled_gradient_h;
    uint columns = IS_CROPPED ? (sum_w + 1u) / 2u : pooled_gradient_w;
    if (q >= columns)
        return;
    for (uint start = first; start < min(first + TILE_H, rows); start += WINDOWS) {
        bool is_pooled = q < pooled_gradient_w && start < pooled_gradient_h;
        uint word = is_pooled ? place[(plane * place_h + start / WINDOWS) * pooled_gradient_w + q] : 0u;
        for (uint p = start; p < min(start + WINDOWS, rows); p++) {
            uint found = is_pooled && p < pooled_gradient_h ? place_in(word, p) : NOWHERE;
            float pooled = found == NOWHERE ? 0.0 : pooled_gradient[(plane * pooled_gradient_h + p) * pooled_gradient_w + q];
            // Software drivers jump over loops alone, not over what stands under a condition.
            for (bool adds = was_window_written(p, q); adds; adds = false)
                add_at_maximum(p, q, found, pooled);
            for (bool sets = !was_window_written(p, q); sets; sets = false)
                set_window(p, q, found, pooled);
        }
    }
}
