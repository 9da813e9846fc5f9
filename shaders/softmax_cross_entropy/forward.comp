#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Pixel-wise softmax and weighted cross-entropy, first half: each invocation adds TILE_PIXELS pixels of an image, a stride of one
// workgroup apart, in their order. Workgroups along z take an image each, so that a batch can be bound one image at a time. With z
// the pixel's logits and t its class:
// partial[2i]   = sum of pixel_weight * (log(sum over k of exp(z_k)) - z_t)
// partial[2i+1] = sum of pixel_weight
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint TILE_PIXELS = 16u;

layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };
layout(set = 0, binding = 1, std430) readonly buffer Target { uint target[]; };
layout(set = 0, binding = 2, std430) readonly buffer PixelWeight { float pixel_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Partial { float partial[]; };
layout(push_constant, std430) uniform Push {
    uint logits_n;
    uint logits_c;
    uint logits_h;
    uint logits_w;
    uint partial_n;
};

void main() {
    uint group = linear_workgroup();
    uint plane = logits_h * logits_w;
    float loss = 0.0;
    float weight = 0.0;
    for (uint j = 0u; j < TILE_PIXELS; j++) {
        uint pixel = (group * TILE_PIXELS + j) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        if (pixel >= plane)
            break;
        uint i = gl_WorkGroupID.z * plane + pixel;
        float w = pixel_weight[i];
        if (w == 0.0) // an ignored pixel: its class may be anything
            continue;
        uint first = gl_WorkGroupID.z * logits_c * plane + pixel;
        float largest = logits[first];
        for (uint k = 1u; k < logits_c; k++)
            largest = max(largest, logits[first + k * plane]);
        float sum = 0.0;
        for (uint k = 0u; k < logits_c; k++)
            sum += exp(logits[first + k * plane] - largest);
        loss += w * (log(sum) + largest - logits[first + min(target[i], logits_c - 1u) * plane]);
        weight += w;
    }
    uint place = gl_WorkGroupID.z * (partial_n / logits_n) + 2u * (group * gl_WorkGroupSize.x + gl_LocalInvocationID.x);
    partial[place] = loss;
    partial[place + 1u] = weight;
}
