#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Second half of a weight and bias gradient that was summed over runs of pixels: adds the runs in a fixed order.
// One invocation computes one element of d_weight, or behind those one of d_bias: in four sums, of every fourth run each, so that
// four loads are under way at a time.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) readonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer RunBias { float run_bias[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DWeight { float d_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer DBias { float d_bias[]; };
layout(push_constant, std430) uniform Push {
    uint weight_length;
    uint bias_length;
    uint run_weight_n;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    vec4 sum = vec4(0.0);
    if (i < weight_length) {
        for (uint run = 0u; run < run_weight_n; run += 4u) {
            [[unroll]] for (uint j = 0u; j < 4u; j++)
                sum[j] += run + j < run_weight_n ? run_weight[(run + j) * weight_length + i] : 0.0;
        }
        d_weight[i] = sum.x + sum.y + sum.z + sum.w;
    } else if (i < weight_length + bias_length) {
        i -= weight_length;
        for (uint run = 0u; run < run_weight_n; run += 4u) {
            [[unroll]] for (uint j = 0u; j < 4u; j++)
                sum[j] += run + j < run_weight_n ? run_bias[(run + j) * bias_length + i] : 0.0;
        }
        d_bias[i] = sum.x + sum.y + sum.z + sum.w;
    }
}
