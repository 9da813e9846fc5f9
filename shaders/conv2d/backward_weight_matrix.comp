#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of a convolution to its weight and bias on matrix units, first half: the function of conv2d/backward_weight_gemm, over
// runs of the line of an image; see common/matrix_convolution_weight.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 4) const uint MATRIX_SIZE = 16u;
layout(constant_id = 5) const uint TILE_M = 64u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint run_weight_n;
};

uint source_channels() {
    return x_c;
}

uint source_height() {
    return x_h;
}

uint source_width() {
    return x_w;
}

uint margin() {
    return PADDING;
}

uint image_of_run() {
    return gl_WorkGroupID.z / (run_weight_n / x_n);
}

float source_at(uint part, uint c, uint row, uint column) {
    float factor = x[(image_of_run() * x_c + c) * (x_h * x_w) + row * x_w + column];
    return RECTIFY == 1u ? max(factor, 0.0) : factor;
}

#include "common/matrix_convolution_weight.glsl"

void main() {
    sum_products(image_of_run(), gl_WorkGroupID.z, run_weight_n / x_n);
}
