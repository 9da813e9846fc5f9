#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of a convolution to its weight on matrix units from packed rows, first half: the function of conv2d/backward_weight_gemm
// without the bias, over runs of the line of an image; see common/rows_weight_matrix.glsl.
layout(local_size_x = 256, local_size_x_id = 6) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 2) const uint MATRIX_SIZE = 16u;
layout(constant_id = 3) const uint TILE_ROWS = 64u;
layout(constant_id = 4) const uint TILE_COLUMNS = 64u;
layout(constant_id = 5) const uint TILE_DEPTH = 64u;
layout(constant_id = 7) const uint FLOAT16_WINOGRAD = 0u; // 1: by F(2,3) along rows

layout(set = 0, binding = 0, std430) readonly buffer PixelRows { uvec4 pixel_rows[]; };
layout(set = 0, binding = 1, std430) readonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(set = 0, binding = 2, std430) writeonly buffer TapWeight { float tap_weight[]; };
layout(push_constant, std430) uniform Push {
    uint y_n;
    uint y_h;
    uint y_w;
    uint pixel_rows_h;
    uint pixel_rows_w;
    uint gradient_rows_h;
    uint gradient_rows_w;
    uint tap_weight_n;
};

#define LEFT_ROWS gradient_rows
#define RIGHT_ROWS pixel_rows

#include "common/rows_conv2d_line.glsl"

uint left_row_count() {
    return gradient_rows_h;
}

uint left_row_channels() {
    return gradient_rows_w;
}

uint first_left_place() {
    return first_gradient_place();
}

uint right_row_count() {
    return pixel_rows_h;
}

uint right_row_channels() {
    return pixel_rows_w;
}

#include "common/rows_weight_matrix.glsl"

void main() {
    sum_products();
}
