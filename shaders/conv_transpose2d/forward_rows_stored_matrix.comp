#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// 2x2 transposed convolution with stride 2 on matrix units from packed rows, which stores its output as the op that reads it would pack it:
// the function of conv_transpose2d/forward, a convolution of single pixels whose target has y[n,k,2p+r,2q+s] of all k for each corner
// (r,s); see common/window_channels.glsl, common/rows_convolution_matrix.glsl and common/result_rows.glsl.
layout(local_size_x = 256, local_size_x_id = 6) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 1) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 2) const uint MATRIX_SIZE = 16u;
layout(constant_id = 3) const uint TILE_ROWS = 128u;
layout(constant_id = 4) const uint TILE_COLUMNS = 64u;
layout(constant_id = 5) const uint TILE_DEPTH = 32u;
layout(constant_id = 7) const uint RESULT_WINDOW = 1u;

layout(set = 0, binding = 0, std430) readonly buffer PixelRows { uvec4 pixel_rows[]; };
layout(set = 0, binding = 1, std430) readonly buffer WeightRows { uvec4 weight_rows[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer ResultRows { uvec2 result_rows[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint y_c;
    uint pixel_rows_h;
    uint pixel_rows_w;
    uint result_rows_h;
    uint result_rows_w;
    uint result_c;
    uint result_h;
    uint result_w;
    uint result_gap;
    uint result_margin;
    uint result_first_channel;
};

#include "common/rows_conv_transpose2d_forward.glsl"
#include "common/row_results.glsl"

void store_four(uint rsk, uint row, uint column, vec4 results) {
    uint rs = rsk / corner_channels(y_c);
    store_four_in_row(rsk % corner_channels(y_c), 2u * row + rs / 2u, 2u * column + rs % 2u, results);
}

#include "common/rows_convolution_matrix.glsl"

void main() {
    clear_margins(gl_WorkGroupID.z, workgroup_of_image(), workgroups_of_image());
    convolve();
}
