#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Packs the weights of a 3x3 convolution for conv2d/forward_lanes: packed[channel tile][input channel][tap pair][lane]
// holds two neighbouring taps of one output channel; the tenth tap and channels beyond the last are 0.
// One invocation packs one pair.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Packed { vec2 packed[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint y_c;
    uint packed_length;
    uint packed_h;
    uint packed_w;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i * 2u >= packed_length)
        return;
    uint lane = i % packed_w;
    uint tap = i / packed_w * 2u % packed_h;
    uint kernels = i * 2u / (packed_w * packed_h);
    uint c = kernels % x_c;
    uint k = kernels / x_c * packed_w + lane;
    uint kernel = (k * x_c + c) * 9u;
    packed[i] = k < y_c ? vec2(weight[kernel + tap], tap < 8u ? weight[kernel + tap + 1u] : 0.0) : vec2(0.0);
}
