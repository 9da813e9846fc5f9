#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
#include "common/philox.glsl"
// Inverted dropout: y = keep ? x / (1 - probability) : 0.
// An element is kept iff its random number is at least floor(probability * 2^32); the number depends on the seed, the
// op's stream, the step and the element's index in the whole batch alone. One invocation computes one element.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer StepNumber { uint step_number[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_length;
    uint first_image;
    uint key_low;
    uint key_high;
    uint threshold;
    float scale;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= x_length)
        return;
    uint index = first_image * (x_length / x_n) + i;
    uint random = philox(uvec4(index, 0u, step_number[0], 0u), uvec2(key_low, key_high)).x;
    y[i] = random >= threshold ? x[i] * scale : 0.0;
}
