#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs the gradient of the output of a convolution on the line of its input, for the gradients to the input, the weight and
// the bias on matrix units; see common/rows_packing.glsl. Before each row stand as many zeros as taps reach beyond a pixel, which also
// stand behind the row before, and before the first row as many rows of them.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint KERNEL = 3u;

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(push_constant, std430) uniform Push {
    uint y_c;
    uint y_h;
    uint y_w;
    uint gradient_rows_h;
    uint gradient_rows_w;
};

uint line_width() {
    return y_w + KERNEL - 1u;
}

uint margin() {
    return KERNEL - 1u;
}

uint source_channels() {
    return y_c;
}

uint source_height() {
    return y_h;
}

uint source_width() {
    return y_w;
}

uint row_count() {
    return gradient_rows_h;
}

uint row_channels() {
    return gradient_rows_w;
}

float source_at(uint k, uint row, uint column) {
    return d_y[(gl_WorkGroupID.z * y_c + k) * (y_h * y_w) + row * y_w + column];
}

void store_eight(uint at, uvec4 eight) {
    gradient_rows[at] = eight;
}

#include "common/rows_packing.glsl"

void main() {
    pack_rows();
}
