#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its bias from packed rows of the gradient of its output, first half: sums over runs of the line of an
// image; see common/rows_run.glsl.
// One workgroup computes 64 channels of one run: each invocation adds every 32nd place, of 8 channels, and the first 64 add those sums.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint KERNEL = 3u;

layout(set = 0, binding = 0, std430) readonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(set = 0, binding = 1, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint y_n;
    uint y_c;
    uint y_h;
    uint y_w;
    uint gradient_rows_h;
    uint gradient_rows_w;
    uint run_weight_n;
};

#include "common/rows_run.glsl"

const uint PARTS = 32u;
const uint CHANNELS = 64u;

shared float part_sum[PARTS * CHANNELS];

void main() {
    uint run = gl_WorkGroupID.y;
    uint eight = gl_LocalInvocationID.x % 8u;
    uint part = gl_LocalInvocationID.x / 8u;
    float sum[8] = float[8](0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    if (gl_WorkGroupID.x * CHANNELS + eight * 8u < gradient_rows_w) {
        uint first = (image_of_run(run) * gradient_rows_h + first_gradient_place() + first_of_run(run)) * (gradient_rows_w / 8u)
            + gl_WorkGroupID.x * (CHANNELS / 8u) + eight;
        for (uint place = part; place < length_of_run(run); place += PARTS) {
            uvec4 channels = gradient_rows[first + place * (gradient_rows_w / 8u)];
            [[unroll]] for (uint pair = 0u; pair < 4u; pair++) {
                vec2 channel = unpackHalf2x16(channels[pair]);
                sum[2u * pair] += channel.x;
                sum[2u * pair + 1u] += channel.y;
            }
        }
    }
    [[unroll]] for (uint i = 0u; i < 8u; i++)
        part_sum[part * CHANNELS + eight * 8u + i] = sum[i];
    barrier();
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (gl_LocalInvocationID.x >= CHANNELS || k >= y_c)
        return;
    float whole = 0.0;
    for (uint i = 0u; i < PARTS; i++)
        whole += part_sum[i * CHANNELS + gl_LocalInvocationID.x];
    run_bias[run * y_c + k] = whole;
}
