#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs the input of a convolution, with the zeros of its padding, for convolutions on matrix units and their gradients
// to the weight; see common/rows_packing.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer PixelRows { uvec4 pixel_rows[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint pixel_rows_h;
    uint pixel_rows_w;
};

#include "common/rectified.glsl"

uint line_width() {
    return x_w + 2u * PADDING;
}

uint margin() {
    return PADDING;
}

uint source_channels() {
    return x_c;
}

uint source_height() {
    return x_h;
}

uint source_width() {
    return x_w;
}

uint row_count() {
    return pixel_rows_h;
}

uint row_channels() {
    return pixel_rows_w;
}

float source_at(uint c, uint row, uint column) {
    float pixel = x[(gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + row * x_w + column];
    return RECTIFY == 1u ? rectified(pixel) : pixel;
}

void store_eight(uint at, uvec4 eight) {
    pixel_rows[at] = eight;
}

#include "common/rows_packing.glsl"

void main() {
    pack_rows();
}
