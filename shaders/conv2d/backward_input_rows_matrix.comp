#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of a convolution to its input on matrix units from packed rows: the function of conv2d/backward_input, a convolution of d_y
// with the kernels turned by 180 degrees; see common/rows_convolution_matrix.glsl.
layout(local_size_x = 256, local_size_x_id = 8) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 3) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 4) const uint MATRIX_SIZE = 16u;
layout(constant_id = 5) const uint TILE_ROWS = 128u;
layout(constant_id = 6) const uint TILE_COLUMNS = 64u;
layout(constant_id = 7) const uint TILE_DEPTH = 32u;
layout(constant_id = 9) const uint FLOAT16_WINOGRAD = 0u; // 1: by F(2,3) along rows

layout(set = 0, binding = 0, std430) readonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(set = 0, binding = 1, std430) readonly buffer WeightRows { uvec4 weight_rows[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer PixelRows { uvec2 pixel_rows[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint gradient_rows_h;
    uint gradient_rows_w;
    uint pixel_rows_h;
    uint pixel_rows_w;
};

#include "common/rows_conv2d_backward_input.glsl"

void store(uint c, uint row, uint column, float result) {
    d_x[(gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + row * x_w + column] = result;
}

#include "common/plane_results.glsl"
#include "common/rows_convolution_matrix.glsl"

void main() {
    convolve();
}
