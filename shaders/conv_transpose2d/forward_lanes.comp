#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// 2x2 transposed convolution with stride 2 for processors with subgroups of 8 or 16; common/conv2d_lanes.glsl says what is
// fast there. One workgroup computes 16 output channels, one a lane, of the 2x2 outputs of TILE_H rows x 16 columns of x.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint TILE_H = 2u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 2) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Biases { float biases[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t pairs[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    WeightPairs weight;
    Biases bias;
    Result y;
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
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (k - lane >= y_c)
        return; // nothing to do for the whole subgroup
    uint k_inside = min(k, y_c - 1u);

    float start = bias.biases[k_inside];
    float sum[TILE_H * TILE_W * 4u]; // [row][tap][column]
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_W * 4u; i++)
        sum[i] = start;

    for (uint c = 0u; c < x_c; c++) {
        float gathered[TILE_H * GATHERS];
        [[unroll]] for (uint i = 0u; i < TILE_H * GATHERS; i++) {
            uint line = ((n * x_c + c) * x_h + min(p0 + i / GATHERS, x_h - 1u)) * x_w;
            gathered[i] = x.pixels[line + min(q0 + i % GATHERS * SUBGROUP_SIZE + lane, x_w - 1u)];
            if (RECTIFY == 1u)
                gathered[i] = max(gathered[i], 0.0);
        }
        uint kernel = (c * y_c + k_inside) * 2u;
        vec2 upper = both(weight.pairs[kernel]);
        vec2 lower = both(weight.pairs[kernel + 1u]);
        float taps[4] = float[4](upper.x, upper.y, lower.x, lower.y);
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                float pixel = subgroupBroadcast(gathered[i * GATHERS + j / SUBGROUP_SIZE], j % SUBGROUP_SIZE);
                [[unroll]] for (uint t = 0u; t < 4u; t++) {
                    uint at = (i * 4u + t) * TILE_W + j;
                    sum[at] = fma(taps[t], pixel, sum[at]);
                }
            }
        }
    }

    if (k >= y_c)
        return;
    [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
        if (p0 + i < x_h) {
            [[unroll]] for (uint r = 0u; r < 2u; r++) {
                uint line = (((n * y_c + k) * x_h + p0 + i) * 2u + r) * x_w;
                [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                    uint at = (i * 4u + r * 2u) * TILE_W + j;
                    vec2 result = vec2(sum[at], sum[at + TILE_W]);
                    if (q0 + j < x_w)
                        y.pairs[line + q0 + j] = together(RECTIFY_OUTPUT == 1u ? max(result, 0.0) : result);
                }
            }
        }
    }
}
