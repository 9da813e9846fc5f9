#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Convolution, for GPUs: the function of conv2d/forward; see common/window_convolution.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 4) const uint TILE_ROWS = 64u;
layout(constant_id = 5) const uint TILE_COLUMNS = 128u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer WindowWeight { vec4 window_weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

#include "common/rectified.glsl"

uint source_channels() {
    return x_c;
}

uint source_height() {
    return x_h;
}

uint source_width() {
    return x_w;
}

uint margin() {
    return PADDING;
}

uint target_channels() {
    return y_c;
}

uint target_height() {
    return y_h;
}

uint target_width() {
    return y_w;
}

uint part_of_channels(uint first, uint count) {
    return 0u;
}

float source_at(uint part, uint c, uint row, uint column) {
    float factor = x[(gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + row * x_w + column];
    return RECTIFY == 1u ? rectified(factor) : factor;
}

float start_of(uint k) {
    return bias[min(k, y_c - 1u)];
}

#include "common/window_convolution.glsl"

void store(uint k, uint i) {
    uint plane = (gl_WorkGroupID.z * y_c + k) * (y_h * y_w);
    [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++) {
        if (target_pixel[j] != NOWHERE) {
            float result = sum[i * COLUMNS_EACH + j];
            y[plane + (target_pixel[j] >> 16u) * y_w + (target_pixel[j] & 0xFFFFu)] = RECTIFY_OUTPUT == 1u ? rectified(result) : result;
        }
    }
}

void main() {
    convolve();
}
