#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its input, for GPUs: the function of conv2d/backward_input, a convolution of d_y with the
// kernels turned by 180 degrees; see common/window_convolution.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 3) const uint TILE_ROWS = 64u;
layout(constant_id = 4) const uint TILE_COLUMNS = 128u;

layout(set = 0, binding = 0, std430) readonly buffer WindowWeight { vec4 window_weight[]; };
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

uint part_of_channels(uint first, uint count) {
    return 0u;
}

float source_at(uint part, uint k, uint row, uint column) {
    return d_y[(gl_WorkGroupID.z * y_c + k) * (y_h * y_w) + row * y_w + column];
}

float start_of(uint c) {
    return 0.0;
}

#include "common/window_convolution.glsl"

void store(uint c, uint i) {
    uint plane = (gl_WorkGroupID.z * x_c + c) * (x_h * x_w);
    [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++) {
        if (target_pixel[j] != NOWHERE) {
            uint at = plane + (target_pixel[j] >> 16u) * x_w + (target_pixel[j] & 0xFFFFu);
            d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? sum[i * COLUMNS_EACH + j] : 0.0;
        }
    }
}

void main() {
    convolve();
}
