#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Transforms and packs the weights of a 3x3 convolution for conv2d/multiply_forward_f43_lanes; see common/winograd_f43_packing.glsl.
layout(local_size_x = 64) in;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer WeightPairs { uint64_t pairs[]; };
layout(push_constant, std430) uniform Push {
    Weights weight;
    WeightPairs f43_packed;
    uint weight_n;
    uint weight_c;
    uint f43_packed_n;
    uint f43_packed_c;
    uint f43_packed_h;
    uint f43_packed_w;
    uint part;
};

#include "common/float_pairs.glsl"
#include "common/linear.glsl"
#include "common/winograd_f43.glsl"
#include "common/winograd_f43_packing.glsl"

float[ELEMENTS] transformed(uint written, uint read) {
    bool is_channel = written < weight_n && read < weight_c;
    float kernel[9];
    [[unroll]] for (uint t = 0u; t < 9u; t++)
        kernel[t] = is_channel ? weight.weights[(written * weight_c + read) * 9u + t] : 0.0;
    return winograd_f43_weight(kernel);
}

void main() {
    uint blocks = f43_packed_c / ELEMENTS;
    pack_kernels(f43_packed, part, weight_c, f43_packed_n, blocks, f43_packed_h, f43_packed_w);
}
