#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of a 1x1 convolution to few channels to its weight and bias, first half, for processors with subgroups of 8 or 16 and
// rows of even length: the sums of conv2d/backward_weight over one run of output rows of one image. A subgroup computes those of
// TILE_C input channels and all output channels: each lane adds up every so many pairs of neighbouring pixels, then the lanes'
// sums are added in their order.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint OUT_CHANNELS = 2u;
layout(constant_id = 1) const uint TILE_C = 8u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Sums { float sums[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    Pixels d_y;
    Sums partial;
    Sums partial_bias;
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint partial_n;
};

#include "common/float_pairs.glsl"
#include "common/rectified.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;

float over_lanes(float sum) {
    float total = 0.0;
    [[unroll]] for (uint j = 0u; j < SUBGROUP_SIZE; j++)
        total += subgroupBroadcast(sum, j);
    return total;
}

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint c0 = (gl_WorkGroupID.x * SUBGROUPS + gl_LocalInvocationID.x / SUBGROUP_SIZE) * TILE_C;
    if (c0 >= x_c)
        return; // nothing to do for the whole subgroup
    uint split = gl_WorkGroupID.z;
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint first = split % splits * x_h / splits * x_w / 2u;
    uint end = (split % splits + 1u) * x_h / splits * x_w / 2u;
    uint pairs = x_h * x_w / 2u;

    float sum[OUT_CHANNELS * TILE_C];
    [[unroll]] for (uint i = 0u; i < OUT_CHANNELS * TILE_C; i++)
        sum[i] = 0.0;
    float sum_bias[OUT_CHANNELS];
    [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
        sum_bias[k] = 0.0;
    for (uint start = first; start < end; start += SUBGROUP_SIZE) {
        uint i = min(start + lane, end - 1u);
        vec2 gradient[OUT_CHANNELS];
        [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++) {
            gradient[k] = both(d_y.pixels[(n * OUT_CHANNELS + k) * pairs + i]);
            gradient[k] = start + lane < end ? gradient[k] : vec2(0.0);
            sum_bias[k] += gradient[k].x + gradient[k].y;
        }
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            vec2 pixels = both(x.pixels[(n * x_c + min(c0 + j, x_c - 1u)) * pairs + i]);
            if (RECTIFY == 1u)
                pixels = rectified(pixels);
            [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
                sum[k * TILE_C + j] = fma(gradient[k].x, pixels.x, fma(gradient[k].y, pixels.y, sum[k * TILE_C + j]));
        }
    }

    [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++) {
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            float total = over_lanes(sum[k * TILE_C + j]);
            if (lane == 0u && c0 + j < x_c)
                partial.sums[(split * OUT_CHANNELS + k) * x_c + c0 + j] = total;
        }
        float total = over_lanes(sum_bias[k]);
        if (lane == 0u && c0 == 0u)
            partial_bias.sums[split * OUT_CHANNELS + k] = total;
    }
}
