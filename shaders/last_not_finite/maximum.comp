#version 460
// The last element that is no finite number, second half: one workgroup finds the largest of the partial results.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Partial { float partial[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Last { float last[]; };
layout(push_constant, std430) uniform Push { uint partial_n; };

shared float shared_last[64];

void main() {
    uint lane = gl_LocalInvocationID.x;
    float largest = 0.0;
    for (uint i = lane; i < partial_n; i += 64u)
        largest = max(largest, partial[i]);
    shared_last[lane] = largest;
    barrier();
    for (uint stride = 32u; stride > 0u; stride /= 2u) {
        if (lane < stride)
            shared_last[lane] = max(shared_last[lane], shared_last[lane + stride]);
        barrier();
    }
    if (lane == 0u)
        last[0] = shared_last[0];
}
