#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Packs the weights of a 3x3 convolution for conv2d/backward_input_lanes: as conv2d/pack_forward, with input and output
// channels exchanged and the taps in reverse order. One invocation packs one pair.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer PackedTransposed { vec2 packed_transposed[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint y_c;
    uint packed_transposed_length;
    uint packed_transposed_h;
    uint packed_transposed_w;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i * 2u >= packed_transposed_length)
        return;
    uint lane = i % packed_transposed_w;
    uint tap = i / packed_transposed_w * 2u % packed_transposed_h;
    uint kernels = i * 2u / (packed_transposed_w * packed_transposed_h);
    uint k = kernels % y_c;
    uint c = kernels / y_c * packed_transposed_w + lane;
    uint kernel = (k * x_c + c) * 9u;
    packed_transposed[i] = c < x_c ? vec2(weight[kernel + 8u - tap], tap < 8u ? weight[kernel + 7u - tap] : 0.0) : vec2(0.0);
}
