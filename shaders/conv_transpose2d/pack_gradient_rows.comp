#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs the gradient of the output of the 2x2 stride-2 transposed convolution, for its gradients on matrix units: a row for each
// pixel (p,q) of the input, with d_y[n,k,2p+r,2q+s] of all k for each corner (r,s); see common/window_channels.glsl and
// common/rows_packing.glsl.
layout(local_size_x = 256) in;

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer GradientRows { uvec4 gradient_rows[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint y_c;
    uint gradient_rows_h;
    uint gradient_rows_w;
};

#include "common/window_channels.glsl"

uint line_width() {
    return x_w;
}

uint margin() {
    return 0u;
}

uint source_channels() {
    return 4u * corner_channels(y_c);
}

uint source_height() {
    return x_h;
}

uint source_width() {
    return x_w;
}

uint row_count() {
    return gradient_rows_h;
}

uint row_channels() {
    return gradient_rows_w;
}

float source_at(uint rsk, uint row, uint column) {
    uint k = rsk % corner_channels(y_c);
    uint rs = rsk / corner_channels(y_c);
    uint y_row = (gl_WorkGroupID.z * y_c + k) * (2u * x_h) + 2u * row + rs / 2u;
    return k < y_c ? d_y[(y_row * x_w + column) * 2u + rs % 2u] : 0.0;
}

void store_eight(uint at, uvec4 eight) {
    gradient_rows[at] = eight;
}

#include "common/rows_packing.glsl"

void main() {
    pack_rows();
}
