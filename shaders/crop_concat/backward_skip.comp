#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Gradient of crop + concatenation to the skip connection: the first channels of d_y (the last ones where upsampled_first
// is 1), surrounded by zeros where the skip connection was cropped. One invocation computes one element.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY_SKIP = 0u; // 1: skip counted as max(skip, 0), whose derivative is 0 up to 0

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer DSkip { float d_skip[]; };
layout(set = 0, binding = 2, std430) readonly buffer Skip { float skip[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint skip_length;
    uint y_c;
    uint y_h;
    uint y_w;
    uint upsampled_first;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= skip_length)
        return;
    // Above the crop the differences wrap, which the comparisons catch.
    uint column = i % skip_w - (skip_w - y_w) / 2u;
    uint row = i / skip_w % skip_h - (skip_h - y_h) / 2u;
    uint plane = i / (skip_w * skip_h);
    uint n = plane / skip_c;
    uint c = plane % skip_c + upsampled_first * (y_c - skip_c);
    bool reached = row < y_h && column < y_w && (RECTIFY_SKIP == 0u || skip[i] > 0.0);
    d_skip[i] = reached ? d_y[((n * y_c + c) * y_h + row) * y_w + column] : 0.0;
}
