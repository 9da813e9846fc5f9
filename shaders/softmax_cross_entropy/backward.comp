#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Gradient of the weighted cross-entropy to the logits:
// d_logits[n,k,p] = d_loss * pixel_weight / sum of weights * (softmax_k - [k = target]); 0 where a pixel is ignored.
// One invocation computes one pixel.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };
layout(set = 0, binding = 1, std430) readonly buffer Target { uint target[]; };
layout(set = 0, binding = 2, std430) readonly buffer PixelWeight { float pixel_weight[]; };
layout(set = 0, binding = 3, std430) readonly buffer Sums { float sums[]; };
layout(set = 0, binding = 4, std430) readonly buffer DLoss { float d_loss[]; };
layout(set = 0, binding = 5, std430) writeonly buffer DLogits { float d_logits[]; };
layout(push_constant, std430) uniform Push {
    uint logits_c;
    uint logits_h;
    uint logits_w;
    uint target_length;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= target_length)
        return;
    uint plane = logits_h * logits_w;
    uint first = i / plane * logits_c * plane + i % plane;
    float w = pixel_weight[i];
    if (w == 0.0) {
        for (uint k = 0u; k < logits_c; k++)
            d_logits[first + k * plane] = 0.0;
        return;
    }
    float scale = d_loss[0] * w / sums[1];
    float largest = logits[first];
    for (uint k = 1u; k < logits_c; k++)
        largest = max(largest, logits[first + k * plane]);
    float sum = 0.0;
    for (uint k = 0u; k < logits_c; k++)
        sum += exp(logits[first + k * plane] - largest);
    uint true_class = min(target[i], logits_c - 1u);
    for (uint k = 0u; k < logits_c; k++) {
        float probability = exp(logits[first + k * plane] - largest) / sum;
        d_logits[first + k * plane] = scale * (probability - (k == true_class ? 1.0 : 0.0));
    }
}
