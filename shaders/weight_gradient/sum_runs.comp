#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Second half of a weight and bias gradient that was summed over runs of pixels: adds the runs in a fixed order.
// One workgroup computes 32 elements of d_weight, or behind those of d_bias: an invocation adds every fourth run, in the order
// of the runs, then the four sums are added.
layout(local_size_x = 32, local_size_y = 4) in;

layout(set = 0, binding = 0, std430) readonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer RunBias { float run_bias[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DWeight { float d_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer DBias { float d_bias[]; };
layout(push_constant, std430) uniform Push {
    uint weight_length;
    uint bias_length;
    uint run_weight_n;
};

shared float part[4][32];

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    float sum = 0.0;
    if (i < weight_length) {
        for (uint run = gl_LocalInvocationID.y; run < run_weight_n; run += 4u)
            sum += run_weight[run * weight_length + i];
    } else if (i < weight_length + bias_length) {
        for (uint run = gl_LocalInvocationID.y; run < run_weight_n; run += 4u)
            sum += run_bias[run * bias_length + i - weight_length];
    }
    part[gl_LocalInvocationID.y][gl_LocalInvocationID.x] = sum;
    barrier();
    if (gl_LocalInvocationID.y > 0u)
        return;
    sum += part[1][gl_LocalInvocationID.x];
    sum += part[2][gl_LocalInvocationID.x];
    sum += part[3][gl_LocalInvocationID.x];
    if (i < weight_length)
        d_weight[i] = sum;
    else if (i < weight_length + bias_length)
        d_bias[i - weight_length] = sum;
}
