#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Second half of a weight and bias gradient that was summed over runs of pixels: adds the runs in a fixed order, image by image: 32 sums,
// of every 32nd run each, one after the other.
// One workgroup computes 128 / TILE_LANES elements of d_weight, or behind those of d_bias, of each of which its invocations share the runs:
// the fewer elements there are, and the more runs, the more of them. One alone adds up at most 32 runs. Where a batch is bound one image at
// a time, the sum is added to what the images before gave.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint TILE_LANES = 1u; // 1, or at most 32

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

const uint SUMS = 32u;
const uint ELEMENTS = gl_WorkGroupSize.x / TILE_LANES;
const uint OWN_SUMS = SUMS / TILE_LANES;
const uint LOADS = 8u; // under way at a time, or nearly

shared float sum_of_runs[TILE_LANES == 1u ? 1u : ELEMENTS * SUMS];

// Of one element of both, behind each other; 0 behind the last run.
float run_element(uint i, uint first, uint run) {
    if (run >= run_weight_n / y_n || i >= weight_length + bias_length)
        return 0.0;
    return i < weight_length ? run_weight[(first + run) * weight_length + i] : run_bias[(first + run) * bias_length + (i - weight_length)];
}

float sum_of_image(uint i, uint first) {
    uint runs = run_weight_n / y_n;
    float sum = 0.0;
    if (TILE_LANES == 1u) {
        for (uint run = 0u; run < runs; run += LOADS) {
            float element[LOADS];
            [[unroll]] for (uint j = 0u; j < LOADS; j++)
                element[j] = run_element(i, first, run + j);
            [[unroll]] for (uint j = 0u; j < LOADS; j++)
                sum += element[j];
        }
        return sum;
    }
    uint element = gl_LocalInvocationID.x % ELEMENTS;
    uint lane = gl_LocalInvocationID.x / ELEMENTS;
    float own[OWN_SUMS];
    [[unroll]] for (uint j = 0u; j < OWN_SUMS; j++)
        own[j] = 0.0;
    const uint TURNS = (LOADS + OWN_SUMS - 1u) / OWN_SUMS;
    for (uint run = 0u; run < runs; run += TURNS * SUMS) {
        [[unroll]] for (uint turn = 0u; turn < TURNS; turn++) {
            [[unroll]] for (uint j = 0u; j < OWN_SUMS; j++)
                own[j] += run_element(i, first, run + turn * SUMS + j * TILE_LANES + lane);
        }
    }
    barrier(); // what the image before left has been read
    [[unroll]] for (uint j = 0u; j < OWN_SUMS; j++)
        sum_of_runs[element * SUMS + j * TILE_LANES + lane] = own[j];
    barrier();
    if (lane == 0u) {
        for (uint j = 0u; j < SUMS; j++)
            sum += sum_of_runs[element * SUMS + j];
    }
    return sum;
}

void main() {
    uint i = linear_workgroup() * ELEMENTS + gl_LocalInvocationID.x % ELEMENTS;
    bool writes = gl_LocalInvocationID.x < ELEMENTS && i < weight_length + bias_length;
    float sum = 0.0;
    if (first_image != 0u && writes)
        sum = i < weight_length ? d_weight[i] : d_bias[i - weight_length];
    for (uint first = 0u; first < run_weight_n; first += run_weight_n / y_n)
        sum += sum_of_image(i, first);
    if (!writes)
        return;
    if (i < weight_length)
        d_weight[i] = sum;
    else
        d_bias[i - weight_length] = sum;
}
