#version 460
#extension GL_GOOGLE_include_directive : require
// The decoder's input: the skip connection, cropped to the centre, then the upsampled tensor, along the channels; the
// other way round where upsampled_first is 1. One invocation copies TILE_H rows of a column of one channel.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 1) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 2) const uint TILE_H = 8u;

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
    uint upsampled_first;
};

#include "common/rectified.glsl"

void main() {
    uint column = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint n = plane / (skip_c + upsampled_c);
    uint c = plane - n * (skip_c + upsampled_c);
    // Counted within each part; before its first channel the difference wraps, which the comparison catches.
    uint skip_channel = c - upsampled_first * upsampled_c;
    uint upsampled_channel = c - (1u - upsampled_first) * skip_c;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (column >= y_w)
        return;
    if (skip_channel < skip_c) {
        uint top = (skip_h - y_h) / 2u;
        uint left = (skip_w - y_w) / 2u;
        for (uint row = first; row < min(first + TILE_H, y_h); row++) {
            float value = skip[((n * skip_c + skip_channel) * skip_h + row + top) * skip_w + column + left];
            y[(plane * y_h + row) * y_w + column] = RECTIFY_SKIP == 1u ? rectified(value) : value;
        }
    } else {
        for (uint row = first; row < min(first + TILE_H, y_h); row++) {
            float value = upsampled[((n * upsampled_c + upsampled_channel) * y_h + row) * y_w + column];
            y[(plane * y_h + row) * y_w + column] = RECTIFY_UPSAMPLED == 1u ? rectified(value) : value;
        }
    }
}
