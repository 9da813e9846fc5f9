#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of the 2x2 stride-2 transposed convolution to its weight and bias, first half, for processors with subgroups of 8
// or 16: the sums of conv_transpose2d/backward_weight over one run of input rows of one image.
// One workgroup computes the four taps of TILE_C input channels of 16 output channels, one a lane; it walks along the rows
// in strips of 16 columns. common/conv2d_lanes.glsl says what is fast there.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint TILE_C = 8u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer GradientPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Sums { float sums[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    GradientPairs d_y;
    Sums partial;
    Sums partial_bias;
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint partial_n;
};

#include "common/float_pairs.glsl"

const uint CHANNELS = gl_WorkGroupSize.x;
const uint TILE_W = gl_WorkGroupSize.x;
const uint GATHERS = TILE_W / SUBGROUP_SIZE;

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (k - lane >= y_c)
        return; // nothing to do for the whole subgroup
    uint k_inside = min(k, y_c - 1u);
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint first_row = split % splits * x_h / splits;
    uint end_row = (split % splits + 1u) * x_h / splits;

    float sum[TILE_C * 4u];
    [[unroll]] for (uint i = 0u; i < TILE_C * 4u; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint p = first_row; p < end_row; p++) {
        for (uint q0 = 0u; q0 < x_w; q0 += TILE_W) {
            float gathered[TILE_C * GATHERS];
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                uint line = ((n * x_c + min(c0 + j, x_c - 1u)) * x_h + p) * x_w;
                [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                    float pixel = x.pixels[line + min(q0 + g * SUBGROUP_SIZE + lane, x_w - 1u)];
                    gathered[j * GATHERS + g] = RECTIFY == 1u ? max(pixel, 0.0) : pixel;
                }
            }
            uint line = ((n * y_c + k_inside) * x_h + p) * 2u * x_w;
            [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                bool inside = q0 + i < x_w;
                uint q = min(q0 + i, x_w - 1u);
                vec2 upper = inside ? both(d_y.pairs[line + q]) : vec2(0.0);
                vec2 lower = inside ? both(d_y.pairs[line + x_w + q]) : vec2(0.0);
                float gradient[4] = float[4](upper.x, upper.y, lower.x, lower.y);
                [[unroll]] for (uint t = 0u; t < 4u; t++)
                    sum_bias += gradient[t];
                [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                    float pixel = subgroupBroadcast(gathered[j * GATHERS + i / SUBGROUP_SIZE], i % SUBGROUP_SIZE);
                    [[unroll]] for (uint t = 0u; t < 4u; t++)
                        sum[j * 4u + t] = fma(pixel, gradient[t], sum[j * 4u + t]);
                }
            }
        }
    }

    if (k >= y_c)
        return;
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint t = 0u; t < 4u; t++) {
            if (c0 + j < x_c)
                partial.sums[((split * x_c + c0 + j) * y_c + k) * 4u + t] = sum[j * 4u + t];
        }
    }
    if (c0 == 0u)
        partial_bias.sums[split * y_c + k] = sum_bias;
}
