#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Second half of a weight and bias gradient that was split along the pixels: adds the partial sums in the order of the splits.
// One invocation computes one element of d_weight, or behind those one of d_bias. Where a batch is bound one image at a time, it adds to
// what the images before gave.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Partial { float partial[]; };
layout(set = 0, binding = 1, std430) readonly buffer PartialBias { float partial_bias[]; };
layout(set = 0, binding = 2, std430) buffer DWeight { float d_weight[]; };
layout(set = 0, binding = 3, std430) buffer DBias { float d_bias[]; };
layout(push_constant, std430) uniform Push {
    uint weight_length;
    uint bias_length;
    uint partial_n;
    uint first_image;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i < weight_length) {
        float sum = first_image == 0u ? 0.0 : d_weight[i];
        for (uint split = 0u; split < partial_n; split++)
            sum += partial[split * weight_length + i];
        d_weight[i] = sum;
    } else if (i < weight_length + bias_length) {
        i -= weight_length;
        float sum = first_image == 0u ? 0.0 : d_bias[i];
        for (uint split = 0u; split < partial_n; split++)
            sum += partial_bias[split * bias_length + i];
        d_bias[i] = sum;
    }
}
