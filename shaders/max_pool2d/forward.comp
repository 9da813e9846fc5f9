#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// 2x2 max-pool with stride 2: y[n,c,p,q] = max over r,s of x[n,c,2p+r,2q+s]. An odd last row or column is left out.
// One invocation computes one output.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0)

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint y_length;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= y_length)
        return;
    uint q = i % y_w;
    uint p = i / y_w % y_h;
    uint plane = i / (y_w * y_h);
    uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;
    float largest = max(max(x[corner], x[corner + 1u]), max(x[corner + x_w], x[corner + x_w + 1u]));
    y[i] = RECTIFY == 1u ? max(largest, 0.0) : largest;
}
