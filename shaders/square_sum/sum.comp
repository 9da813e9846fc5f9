#version 460
// Sum of squares, second half: one workgroup adds the partial sums in a fixed order.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Partial { float partial[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Sum { float sum[]; };
layout(push_constant, std430) uniform Push { uint partial_n; };

shared float shared_sum[64];

void main() {
    uint lane = gl_LocalInvocationID.x;
    float total = 0.0;
    for (uint i = lane; i < partial_n; i += 64u)
        total += partial[i];
    shared_sum[lane] = total;
    barrier();
    for (uint stride = 32u; stride > 0u; stride /= 2u) {
        if (lane < stride)
            shared_sum[lane] += shared_sum[lane + stride];
        barrier();
    }
    if (lane == 0u)
        sum[0] = shared_sum[0];
}
