#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Convolution on matrix units: the function of conv2d/forward as a product of [output channels] x [input channels and taps]
// with [input channels and taps] x [pixels], whose right factor is made while it is loaded. One workgroup computes TILE_M output
// channels of TILE_N pixels, counted through all images.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 4) const uint MATRIX_SIZE = 16u;
layout(constant_id = 5) const uint TILE_M = 64u;
layout(constant_id = 6) const uint TILE_N = 128u;
layout(constant_id = 7) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_n;
    uint y_c;
    uint y_h;
    uint y_w;
};

const uint TAPS = KERNEL * KERNEL;
#define RIGHT_ALONG_N
#include "common/matrix_product.glsl"

float left_at(uint m, uint k) {
    return m < y_c && k < x_c * TAPS ? weight[m * x_c * TAPS + k] : 0.0;
}

float right_at(uint k, uint n) {
    uint image = n / (y_h * y_w);
    uint pixel = n % (y_h * y_w);
    uint c = k / TAPS;
    uint row = pixel / y_w + k % TAPS / KERNEL - PADDING; // wraps below 0, which the comparison catches
    uint column = pixel % y_w + k % KERNEL - PADDING;
    if (image >= y_n || c >= x_c || row >= x_h || column >= x_w)
        return 0.0;
    float factor = x[((image * x_c + c) * x_h + row) * x_w + column];
    return RECTIFY == 1u ? max(factor, 0.0) : factor;
}

void store(uint m, uint n, float element) {
    uint image = n / (y_h * y_w);
    if (m >= y_c || image >= y_n)
        return;
    float result = element + bias[m];
    y[(image * y_c + m) * y_h * y_w + n % (y_h * y_w)] = RECTIFY_OUTPUT == 1u ? max(result, 0.0) : result;
}

void main() {
    multiply(gl_WorkGroupID.y * TILE_M, gl_WorkGroupID.x * TILE_N, 0u, x_c * TAPS);
}
