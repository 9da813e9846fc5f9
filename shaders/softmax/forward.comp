#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Softmax over the channels of each pixel: probabilities[n,k,p] = exp(logits[n,k,p] - m) / sum over j of exp(logits[n,j,p] - m)
// with m the pixel's largest logit. One invocation computes one pixel.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Probabilities { float probabilities[]; };
layout(push_constant, std430) uniform Push {
    uint logits_n;
    uint logits_c;
    uint logits_h;
    uint logits_w;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint plane = logits_h * logits_w;
    if (i >= logits_n * plane)
        return;
    uint first = i / plane * logits_c * plane + i % plane;
    float largest = logits[first];
    for (uint k = 1u; k < logits_c; k++)
        largest = max(largest, logits[first + k * plane]);
    float sum = 0.0;
    for (uint k = 0u; k < logits_c; k++)
        sum += exp(logits[first + k * plane] - largest);
    for (uint k = 0u; k < logits_c; k++)
        probabilities[first + k * plane] = exp(logits[first + k * plane] - largest) / sum;
}
