#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Transforms and packs the weights of a 3x3 convolution for conv2d/backward_input_winograd_lanes: as
// conv2d/pack_forward_winograd_lanes, with input and output channels exchanged and the taps in reverse order.
// Channels beyond the last are 0. One invocation packs the kernels of two output channels.
layout(local_size_x = 64) in;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer WeightPairs { uint64_t pairs[]; };
layout(push_constant, std430) uniform Push {
    Weights weight;
    WeightPairs winograd_packed_transposed;
    uint weight_n;
    uint weight_c;
    uint winograd_packed_transposed_n;
};

#include "common/float_pairs.glsl"
#include "common/linear.glsl"
#include "common/winograd.glsl"
#include "common/winograd_lanes_packing.glsl"

mat4 transformed(uint channel, uint c) {
    if (channel >= weight_c || c >= weight_n)
        return mat4(0.0);
    mat3 kernel;
    [[unroll]] for (uint t = 0u; t < 9u; t++)
        kernel[t / 3u][t % 3u] = weight.weights[(c * weight_c + channel) * 9u + 8u - t];
    return winograd_weight(kernel);
}

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint pairs = (weight_n + 1u) / 2u;
    uint kernels = i / PACKED_CHANNELS; // counted over channel tiles and pairs of the channels read
    uint tile = kernels / pairs;
    uint pair = kernels - tile * pairs;
    if (tile >= winograd_packed_transposed_n)
        return;
    uint channel = tile * PACKED_CHANNELS + i % PACKED_CHANNELS;
    mat4 even = transformed(channel, pair * 2u);
    mat4 odd = transformed(channel, pair * 2u + 1u);
    [[unroll]] for (uint element = 0u; element < 16u; element++) {
        winograd_packed_transposed.pairs[place_of_weights(tile, element, pairs) + pair * PACKED_CHANNELS + i % PACKED_CHANNELS]
            = together(vec2(even[element / 4u][element % 4u], odd[element / 4u][element % 4u]));
    }
}
