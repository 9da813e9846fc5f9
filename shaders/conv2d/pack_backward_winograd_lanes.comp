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
#include "common/winograd_elements.glsl"
#include "common/winograd_kernel_packing.glsl"

float[ELEMENTS] transformed(uint written, uint read) {
    if (written >= weight_c || read >= weight_n)
        return winograd_elements(mat4(0.0));
    mat3 kernel;
    [[unroll]] for (uint t = 0u; t < 9u; t++)
        kernel[t / 3u][t % 3u] = weight.weights[(read * weight_c + written) * 9u + 8u - t];
    return winograd_elements(winograd_weight(kernel));
}

void main() {
    pack_kernels(winograd_packed_transposed, winograd_packed_transposed_n, weight_n);
}
