#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Gradient of crop + concatenation to the upsampled tensor: the last channels of d_y (the first ones where upsampled_first
// is 1). One invocation copies one element.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY_UPSAMPLED = 0u; // 1: upsampled counted as max(upsampled, 0)

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer DUpsampled { float d_upsampled[]; };
layout(set = 0, binding = 2, std430) readonly buffer Upsampled { float upsampled[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint upsampled_c;
    uint upsampled_length;
    uint y_h;
    uint y_w;
    uint upsampled_first;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= upsampled_length)
        return;
    uint plane_length = upsampled_c * y_h * y_w;
    uint n = i / plane_length;
    bool reached = RECTIFY_UPSAMPLED == 0u || upsampled[i] > 0.0;
    d_upsampled[i] = reached ? d_y[(n + 1u - upsampled_first) * skip_c * y_h * y_w + i] : 0.0;
}
