#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// 1x1 convolution to few channels (the network's head), for processors with subgroups of 8 or 16 and planes of an even number of
// pixels: one invocation computes all output channels of two neighbouring pixels. The weights of as many input channels as a
// subgroup has lanes are gathered at once, one a lane, and broadcast; common/conv2d_lanes.glsl says why.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint OUT_CHANNELS = 2u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 2) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    Weights weight;
    Weights bias;
    Result y;
    uint x_c;
    uint x_h;
    uint x_w;
};

#include "common/float_pairs.glsl"
#include "common/rectified.glsl"

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = x_h * x_w / 2u;
    uint n = gl_WorkGroupID.y;
    uint i = gl_GlobalInvocationID.x;
    uint i_inside = min(i, pairs - 1u); // all lanes stay, for the weights that they bring

    vec2 sum[OUT_CHANNELS];
    [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
        sum[k] = vec2(bias.weights[k]);
    for (uint c0 = 0u; c0 < x_c; c0 += SUBGROUP_SIZE) {
        float brought[OUT_CHANNELS];
        [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
            brought[k] = weight.weights[k * x_c + min(c0 + lane, x_c - 1u)];
        [[unroll]] for (uint j = 0u; j < SUBGROUP_SIZE; j++) {
            if (c0 + j < x_c) {
                vec2 pixels = both(x.pixels[(n * x_c + c0 + j) * pairs + i_inside]);
                if (RECTIFY == 1u)
                    pixels = rectified(pixels);
                [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
                    sum[k] = fma(vec2(subgroupBroadcast(brought[k], j)), pixels, sum[k]);
            }
        }
    }

    if (i >= pairs)
        return;
    [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
        y.result[(n * OUT_CHANNELS + k) * pairs + i] = together(RECTIFY_OUTPUT == 1u ? rectified(sum[k]) : sum[k]);
}
