#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of the 2x2 stride-2 transposed convolution to its weight on matrix units from packed rows, first half: the function of
// conv_transpose2d/backward_weight_gemm without the bias, over runs of the pixels of an image; see common/rows_weight_matrix.glsl.
layout(local_size_x = 256, local_size_x_id = 5) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 1) const uint MATRIX_SIZE = 16u;
layout(constant_id = 2) const uint TILE_ROWS = 64u;
layout(constant_id = 3) const uint TILE_COLUMNS = 64u;
layout(constant_id = 4) const uint TILE_DEPTH = 64u;

layout(set = 0, binding = 0, std430) readonly buffer PixelRows { uvec4 pixel_rows[]; };
layout(set = 0, binding = 1, std430) readonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(set = 0, binding = 2, std430) writeonly buffer TapWeight { float tap_weight[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint pixel_rows_h;
    uint pixel_rows_w;
    uint gradient_rows_h;
    uint gradient_rows_w;
    uint tap_weight_n;
};

#define LEFT_ROWS pixel_rows
#define RIGHT_ROWS gradient_rows

const uint KERNEL = 1u;
const uint FLOAT16_WINOGRAD = 0u; // a single tap shares nothing

uint image_count() {
    return x_n;
}

uint line_length() {
    return x_h * x_w;
}

uint line_width() {
    return x_w;
}

uint left_row_count() {
    return pixel_rows_h;
}

uint left_row_channels() {
    return pixel_rows_w;
}

uint first_left_place() {
    return 0u;
}

uint right_row_count() {
    return gradient_rows_h;
}

uint right_row_channels() {
    return gradient_rows_w;
}

#include "common/rows_weight_matrix.glsl"

void main() {
    sum_products();
}
