#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Transforms the weights of a 3x3 convolution for conv2d/forward_winograd; see common/winograd_packing.glsl.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) writeonly buffer TransformedWeight { float transformed_weight[]; };
layout(push_constant, std430) uniform Push {
    uint weight_n;
    uint weight_c;
};

uint source_channels() {
    return weight_c;
}

uint target_channels() {
    return weight_n;
}

float weight_at(uint target, uint source, uint tap) {
    return weight[(target * weight_c + source) * 9u + tap];
}

#include "common/winograd_packing.glsl"

void main() {
    pack(linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x);
}
