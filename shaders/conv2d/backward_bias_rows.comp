#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its bias from packed rows of the gradient of its output, first half: sums over runs of the line of an
// image; see common/rows_bias.glsl. One workgroup computes 64 channels of one run.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint KERNEL = 3u;

layout(set = 0, binding = 0, std430) readonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(set = 0, binding = 1, std430) writeonly buffer TapBias { float tap_bias[]; };
layout(push_constant, std430) uniform Push {
    uint y_n;
    uint y_c;
    uint y_h;
    uint y_w;
    uint gradient_rows_h;
    uint gradient_rows_w;
    uint tap_weight_n;
};

#include "common/rows_conv2d_line.glsl"

uint channel_of(uint eight) {
    return gl_WorkGroupID.x * 64u + eight * 8u;
}

#include "common/rows_bias.glsl"

void main() {
    sum_parts();
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (gl_LocalInvocationID.x < CHANNELS && k < y_c)
        tap_bias[gl_WorkGroupID.y * y_c + k] = sum_of(gl_LocalInvocationID.x);
}
