#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Second half of a weight and bias gradient that was summed over runs of pixels: adds the runs in a fixed order, image by image.
// One invocation computes one element of d_weight, or behind those one of d_bias: the runs of an image in four sums, of every fourth run
// each, so that four loads are under way at a time. Where a batch is bound one image at a time, it adds to what the images before gave.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) readonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer RunBias { float run_bias[]; };
layout(set = 0, binding = 2, std430) buffer DWeight { float d_weight[]; };
layout(set = 0, binding = 3, std430) buffer DBias { float d_bias[]; };
layout(push_constant, std430) uniform Push {
    uint weight_length;
    uint bias_length;
    uint run_weight_n;
    uint y_n;
    uint first_image;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint runs = run_weight_n / y_n; // of an image
    if (i < weight_length) {
        float sum = first_image == 0u ? 0.0 : d_weight[i];
        for (uint first = 0u; first < run_weight_n; first += runs) {
            vec4 sums = vec4(0.0);
            for (uint run = 0u; run < runs; run += 4u) {
                [[unroll]] for (uint j = 0u; j < 4u; j++)
                    sums[j] += run + j < runs ? run_weight[(first + run + j) * weight_length + i] : 0.0;
            }
            sum += sums.x + sums.y + sums.z + sums.w;
        }
        d_weight[i] = sum;
    } else if (i < weight_length + bias_length) {
        i -= weight_length;
        float sum = first_image == 0u ? 0.0 : d_bias[i];
        for (uint first = 0u; first < run_weight_n; first += runs) {
            vec4 sums = vec4(0.0);
            for (uint run = 0u; run < runs; run += 4u) {
                [[unroll]] for (uint j = 0u; j < 4u; j++)
                    sums[j] += run + j < runs ? run_bias[(first + run + j) * bias_length + i] : 0.0;
            }
            sum += sums.x + sums.y + sums.z + sums.w;
        }
        d_bias[i] = sum;
    }
}
