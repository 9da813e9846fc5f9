#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of a convolution to its input on matrix units: the function of conv2d/backward_input, a convolution of d_y with the
// kernels turned by 180 degrees; see common/matrix_convolution.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 3) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 4) const uint MATRIX_SIZE = 16u;
layout(constant_id = 5) const uint TILE_N = 128u;

layout(set = 0, binding = 0, std430) readonly buffer MatrixWeight { uvec4 matrix_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

uint source_channels() {
    return y_c;
}

uint source_height() {
    return y_h;
}

uint source_width() {
    return y_w;
}

uint margin() {
    return KERNEL - 1u - PADDING;
}

uint target_channels() {
    return x_c;
}

uint target_height() {
    return x_h;
}

uint target_width() {
    return x_w;
}

float source_at(uint part, uint k, uint row, uint column) {
    return d_y[(gl_WorkGroupID.z * y_c + k) * (y_h * y_w) + row * y_w + column];
}

void store(uint c, uint row, uint column, float sum) {
    uint at = (gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + row * x_w + column;
    d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? sum : 0.0;
}

#include "common/matrix_convolution.glsl"

void main() {
    convolve();
}
