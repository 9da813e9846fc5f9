#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// The decoder's input: the skip connection, cropped to the centre, then the upsampled tensor, along the channels; the
// other way round where upsampled_first is 1. One invocation copies one element.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0)
layout(constant_id = 1) const uint RECTIFY_UPSAMPLED = 0u;

layout(set = 0, binding = 0, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 1, std430) readonly buffer Upsampled { float upsampled[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint y_h;
    uint y_w;
    uint y_length;
    uint upsampled_first;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= y_length)
        return;
    uint column = i % y_w;
    uint row = i / y_w % y_h;
    uint plane = i / (y_w * y_h);
    uint n = plane / (skip_c + upsampled_c);
    uint c = plane % (skip_c + upsampled_c);
    // Counted within each part; before its first channel the difference wraps, which the comparison catches.
    uint skip_channel = c - upsampled_first * upsampled_c;
    uint upsampled_channel = c - (1u - upsampled_first) * skip_c;
    if (skip_channel < skip_c) {
        uint top = (skip_h - y_h) / 2u;
        uint left = (skip_w - y_w) / 2u;
        float value = skip[((n * skip_c + skip_channel) * skip_h + row + top) * skip_w + column + left];
        y[i] = RECTIFY_SKIP == 1u ? max(value, 0.0) : value;
    } else {
        float value = upsampled[((n * upsampled_c + upsampled_channel) * y_h + row) * y_w + column];
        y[i] = RECTIFY_UPSAMPLED == 1u ? max(value, 0.0) : value;
    }
}
