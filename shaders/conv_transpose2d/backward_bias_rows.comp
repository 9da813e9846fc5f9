#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the 2x2 stride-2 transposed convolution to its bias from packed rows of the gradient of its output, first half: sums over
// runs of the pixels of an image; see common/rows_bias.glsl. One workgroup computes 16 output channels of one run, from those of the four
// corners of windows (see common/window_channels.glsl).
layout(local_size_x = 256) in;

layout(set = 0, binding = 0, std430) readonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(set = 0, binding = 1, std430) writeonly buffer TapBias { float tap_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_h;
    uint x_w;
    uint y_c;
    uint gradient_rows_h;
    uint gradient_rows_w;
    uint tap_weight_n;
};

uint image_count() {
    return x_n;
}

uint line_length() {
    return x_h * x_w;
}

uint first_gradient_place() {
    return 0u;
}

#include "common/window_channels.glsl"

uint channel_of(uint eight) {
    return eight / 2u * corner_channels(y_c) + gl_WorkGroupID.x * ROW_CHANNELS + eight % 2u * 8u;
}

#include "common/rows_bias.glsl"

void main() {
    sum_parts();
    uint k = gl_WorkGroupID.x * (CHANNELS / 4u) + gl_LocalInvocationID.x;
    if (gl_LocalInvocationID.x < CHANNELS / 4u && k < y_c) {
        float sum = 0.0;
        for (uint rs = 0u; rs < 4u; rs++)
            sum += sum_of(rs * (CHANNELS / 4u) + gl_LocalInvocationID.x);
        tap_bias[gl_WorkGroupID.y * y_c + k] = sum;
    }
}
