#version 460
// Pixel-wise softmax and weighted cross-entropy, second half: one workgroup adds the partial sums in a fixed order.
// sums = (sum of weighted losses, sum of weights); loss = their quotient, or 0 where all weights are 0.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Partial { float partial[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Sums { float sums[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Loss { float loss[]; };
layout(push_constant, std430) uniform Push { uint partial_n; };

shared float shared_loss[64];
shared float shared_weight[64];

void main() {
    uint lane = gl_LocalInvocationID.x;
    float sum = 0.0;
    float weight = 0.0;
    for (uint i = lane * 2u; i < partial_n; i += 128u) {
        sum += partial[i];
        weight += partial[i + 1u];
    }
    shared_loss[lane] = sum;
    shared_weight[lane] = weight;
    barrier();
    for (uint stride = 32u; stride > 0u; stride /= 2u) {
        if (lane < stride) {
            shared_loss[lane] += shared_loss[lane + stride];
            shared_weight[lane] += shared_weight[lane + stride];
        }
        barrier();
    }
    if (lane == 0u) {
        sums[0] = shared_loss[0];
        sums[1] = shared_weight[0];
        loss[0] = shared_weight[0] > 0.0 ? shared_loss[0] / shared_weight[0] : 0.0;
    }
}
