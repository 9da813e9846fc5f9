#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
#include "common/conv2d_packing.glsl"
// Packs the weights of a 3x3 convolution for conv2d/backward_input_lanes: as conv2d/pack_forward, with input and output
// channels exchanged and the taps in reverse order. One invocation packs one kernel.
layout(local_size_x = 64) in;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer WeightPairs { vec2 pairs[]; };
layout(push_constant, std430) uniform Push {
    Weights weight;
    WeightPairs packed_transposed;
    uint weight_n;
    uint weight_c;
    uint packed_transposed_n;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint kernels = i / CHANNELS; // counted over channel tiles and the channels read
    uint tile = kernels / weight_n;
    uint c = kernels - tile * weight_n;
    uint channel = tile * CHANNELS + i % CHANNELS;
    if (tile >= packed_transposed_n)
        return;
    uint kernel = (c * weight_c + channel) * 9u;
    [[unroll]] for (uint pair = 0u; pair < TAP_PAIRS; pair++) {
        uint tap = pair * 2u;
        vec2 taps = vec2(0.0);
        if (channel < weight_c)
            taps = vec2(weight.weights[kernel + 8u - tap], tap < 8u ? weight.weights[kernel + 7u - tap] : 0.0);
        packed_transposed.pairs[(kernels * TAP_PAIRS + pair) * CHANNELS + i % CHANNELS] = taps;
    }
}
