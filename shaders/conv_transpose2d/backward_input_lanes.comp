#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of the 2x2 stride-2 transposed convolution to its input for processors with subgroups of 8 or 16;
// common/conv2d_lanes.glsl says what is fast there. One workgroup computes 16 input channels, one a lane, of TILE_H rows x
// 16 columns.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint TILE_H = 4u;
layout(constant_id = 1) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer GradientPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Result { float result[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(push_constant, std430) uniform Push {
    WeightPairs weight;
    GradientPairs d_y;
    Result d_x;
    Pixels x;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

#include "common/float_pairs.glsl"

const uint CHANNELS = gl_WorkGroupSize.x;
const uint TILE_W = gl_WorkGroupSize.x;
const uint GATHERS = TILE_W / SUBGROUP_SIZE;

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint q0 = gl_WorkGroupID.y * TILE_W;
    uint row_tiles = (x_h + TILE_H - 1u) / TILE_H;
    uint n = gl_WorkGroupID.z / row_tiles;
    uint p0 = (gl_WorkGroupID.z - n * row_tiles) * TILE_H;
    uint c = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (c - lane >= x_c)
        return; // nothing to do for the whole subgroup
    uint c_inside = min(c, x_c - 1u);

    float sum[TILE_H * TILE_W];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_W; i++)
        sum[i] = 0.0;

    for (uint k = 0u; k < y_c; k++) {
        vec2 gathered[TILE_H * 2u * GATHERS]; // [row][tap row][run]
        [[unroll]] for (uint i = 0u; i < TILE_H * 2u; i++) {
            uint line = (((n * y_c + k) * x_h + min(p0 + i / 2u, x_h - 1u)) * 2u + i % 2u) * x_w;
            [[unroll]] for (uint g = 0u; g < GATHERS; g++)
                gathered[i * GATHERS + g] = both(d_y.pairs[line + min(q0 + g * SUBGROUP_SIZE + lane, x_w - 1u)]);
        }
        vec2 upper = both(weight.pairs[(c_inside * y_c + k) * 2u]);
        vec2 lower = both(weight.pairs[(c_inside * y_c + k) * 2u + 1u]);
        [[unroll]] for (uint i = 0u; i < TILE_H * 2u; i++) {
            vec2 taps = i % 2u == 0u ? upper : lower;
            [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                vec2 pair = gathered[i * GATHERS + j / SUBGROUP_SIZE];
                uint at = i / 2u * TILE_W + j;
                sum[at] = fma(taps.x, subgroupBroadcast(pair.x, j % SUBGROUP_SIZE), sum[at]);
                sum[at] = fma(taps.y, subgroupBroadcast(pair.y, j % SUBGROUP_SIZE), sum[at]);
            }
        }
    }

    if (c >= x_c)
        return;
    [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
        if (p0 + i < x_h) {
            uint line = ((n * x_c + c) * x_h + p0 + i) * x_w + q0;
            [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                if (q0 + j < x_w)
                    d_x.result[line + j] = RECTIFY == 0u || x.pixels[line + j] > 0.0 ? sum[i * TILE_W + j] : 0.0;
            }
        }
    }
}
