#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs the weights of the 2x2 stride-2 transposed convolution for its gradient to the input, whose source has four channels
// for each output channel (see conv_transpose2d/pack_gradient_rows); see common/rows_weight_packing.glsl.
layout(local_size_x = 256) in;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer WeightRows { uvec4 weight_rows[]; };
layout(push_constant, std430) uniform Push {
    uint weight_n;
    uint weight_c;
};

#include "common/window_channels.glsl"

const uint KERNEL = 1u;
const uint SOURCES = 64u;

const bool LINES_ARE_TARGETS = true;

uint source_channels() {
    return 4u * weight_c;
}

uint target_channels() {
    return weight_n;
}

uint tap_at(uint tap) {
    return tap;
}

uint row_of(uint target) {
    return target;
}

uint row_eights() {
    return 4u * corner_channels(weight_c) / 8u;
}

// Weights lie corner by corner within each channel, packed rows channel by channel within each corner: two eights for each corner.
uint eight_of(uint eight) {
    return (eight / 2u * corner_channels(weight_c) + gl_WorkGroupID.x * (SOURCES / 4u)) / 8u + eight % 2u;
}

uint source_of(uint eight, uint j) {
    return (eight % 2u * 8u + j) * 4u + eight / 2u;
}

#include "common/rows_weight_packing.glsl"

void main() {
    pack_weight_rows();
}
