#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs the weights of a convolution for conv2d/forward_rows_matrix and conv2d/backward_input_rows_matrix; see
// common/rows_weight_packing.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint KERNEL = 3u;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer WeightRows { uvec4 weight_rows[]; };
layout(push_constant, std430) uniform Push {
    uint weight_n;
    uint weight_c;
};

const bool LINES_ARE_TARGETS = true;

uint source_channels() {
    return weight_c;
}

uint target_channels() {
    return weight_n;
}

uint row_of(uint target) {
    return target;
}

#include "common/rows_weight_packing.glsl"

void main() {
    pack_weight_rows();
}
