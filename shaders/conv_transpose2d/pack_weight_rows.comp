#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Rounds and packs the weights of the 2x2 stride-2 transposed convolution for conv_transpose2d/forward_rows_matrix, whose target has four
// channels for each output channel; see common/rows_weight_packing.glsl.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer WeightRows { uvec4 weight_rows[]; };
layout(push_constant, std430) uniform Push {
    uint weight_n;
    uint weight_c;
};

const uint KERNEL = 1u;

uint source_channels() {
    return weight_n;
}

uint target_channels() {
    return 4u * weight_c;
}

float weight_at(uint target, uint source, uint tap) {
    return weight[source * 4u * weight_c + target];
}

#include "common/rows_weight_packing.glsl"

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    pack_weight_rows(i % rows_of_target(), i / rows_of_target()); // neighbours read neighbouring channels of the target
}
