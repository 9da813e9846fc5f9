#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution with few output channels to its input, for GPUs, stored as the op that reads it would pack it: the function of
// conv2d/backward_input, a convolution of d_y with the kernels turned by 180 degrees; see common/few_channels.glsl and
// common/result_rows.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 3) const uint Y_C = 1u;
layout(constant_id = 4) const uint TILE_PIXELS = 4u;
layout(constant_id = 5) const uint RESULT_WINDOW = 1u;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer ResultRows { uvec4 result_rows[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint result_rows_h;
    uint result_rows_w;
    uint result_c;
    uint result_h;
    uint result_w;
    uint result_gap;
    uint result_margin;
    uint result_first_channel;
};

#include "common/few_conv2d_backward_input.glsl"
#include "common/few_row_results.glsl"
#include "common/few_channels.glsl"

void main() {
    clear_margins(gl_WorkGroupID.z, workgroup_of_image(), workgroups_of_image());
    convolve_few();
}
