#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// The decoder's input: the skip connection, cropped to the centre, then the upsampled tensor, along the channels.
// y[n,c] = c < skip_c ? skip[n,c] shifted by the crop : upsampled[n,c-skip_c]. One invocation copies one element.
layout(local_size_x = 64) in;

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
    if (c < skip_c) {
        uint top = (skip_h - y_h) / 2u;
        uint left = (skip_w - y_w) / 2u;
        y[i] = skip[((n * skip_c + c) * skip_h + row + top) * skip_w + column + left];
    } else {
        y[i] = upsampled[((n * upsampled_c + c - skip_c) * y_h + row) * y_w + column];
    }
}
