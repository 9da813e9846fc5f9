#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs the weights of the 2x2 stride-2 transposed convolution for conv_transpose2d/forward_rows_matrix, whose target has four
// channels for each output channel, and for its gradient to the input, whose source has; see common/rows_weight_packing.glsl.
layout(local_size_x = 256) in;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer WeightRows { uvec4 weight_rows[]; };
layout(push_constant, std430) uniform Push {
    uint weight_n;
    uint weight_c;
};

const uint KERNEL = 1u;

const bool LINES_ARE_TARGETS = false;

uint source_channels() {
    return weight_n;
}

uint target_channels() {
    return 4u * weight_c;
}

#include "common/window_channels.glsl"

// Weights lie corner by corner within each channel, results channel by channel within each corner.
uint row_of(uint target) {
    return target % 4u * corner_channels(weight_c) + target / 4u;
}

#include "common/rows_weight_packing.glsl"

void main() {
    pack_weight_rows();
}
