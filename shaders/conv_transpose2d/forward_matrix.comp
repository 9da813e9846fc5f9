#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Up-convolution on matrix units: the function of conv_transpose2d/forward as a product of [output channels and taps] x [input
// channels] with [input channels] x [pixels], whose rows are shuffled into 2 x 2 pixels when they are stored. One workgroup
// computes TILE_M taps of output channels at TILE_N pixels of x, counted through all images.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 2) const uint MATRIX_SIZE = 16u;
layout(constant_id = 3) const uint TILE_M = 64u;
layout(constant_id = 4) const uint TILE_N = 128u;
layout(constant_id = 5) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

#define LEFT_ALONG_M
#define RIGHT_ALONG_N
#include "common/matrix_product.glsl"

float left_at(uint m, uint k) {
    return m < 4u * y_c && k < x_c ? weight[k * 4u * y_c + m] : 0.0;
}

float right_at(uint k, uint n) {
    uint image = n / (x_h * x_w);
    if (image >= x_n || k >= x_c)
        return 0.0;
    float factor = x[(image * x_c + k) * x_h * x_w + n % (x_h * x_w)];
    return RECTIFY == 1u ? max(factor, 0.0) : factor;
}

void store(uint m, uint n, float element) {
    uint image = n / (x_h * x_w);
    uint pixel = n % (x_h * x_w);
    uint row = pixel / x_w * 2u + m / 2u % 2u;
    uint column = pixel % x_w * 2u + m % 2u;
    if (m >= 4u * y_c || image >= x_n)
        return;
    float result = element + bias[m / 4u];
    y[((image * y_c + m / 4u) * 2u * x_h + row) * 2u * x_w + column] = RECTIFY_OUTPUT == 1u ? max(result, 0.0) : result;
}

void main() {
    multiply(gl_WorkGroupID.y * TILE_M, gl_WorkGroupID.x * TILE_N, 0u, x_c);
}
