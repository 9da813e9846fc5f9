#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its input, for GPUs: the function of conv2d/backward_input, a convolution of d_y with the
// kernels turned by 180 degrees; see common/winograd_convolution.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 2) const uint TILE_ROWS = 64u;
layout(constant_id = 3) const uint TILE_COLUMNS = 32u;
layout(constant_id = 4) const uint TILE_DEPTH = 4u;

layout(set = 0, binding = 0, std430) readonly buffer TransformedWeight { vec4 transformed_weight[]; };
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
    return 2u - PADDING;
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

uint part_of_channel(uint k) {
    return 0u;
}

float source_at(uint part, uint k, uint row, uint column) {
    return d_y[(gl_WorkGroupID.z * y_c + k) * (y_h * y_w) + row * y_w + column];
}

float meant(uint part, float gradient) {
    return gradient;
}

float addend(uint c) {
    return 0.0;
}

bool is_cut(uint c, uint row, uint column) {
    return RECTIFY > 0u && !(x[((gl_WorkGroupID.z * x_c + c) * x_h + row) * x_w + column] > 0.0);
}

#include "common/winograd_convolution.glsl"

void store(uint c, uint row, uint column, float result) {
    d_x[((gl_WorkGroupID.z * x_c + c) * x_h + row) * x_w + column] = result;
}

void main() {
    convolve();
}
