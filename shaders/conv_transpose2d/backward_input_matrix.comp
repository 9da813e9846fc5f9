#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of an up-convolution to its input on matrix units: the function of conv_transpose2d/backward_input as a product of
// [input channels] x [output channels and taps] with [output channels and taps] x [pixels of x]. One workgroup computes TILE_M
// input channels of TILE_N pixels, counted through all images.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 1) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 2) const uint MATRIX_SIZE = 16u;
layout(constant_id = 3) const uint TILE_M = 64u;
layout(constant_id = 4) const uint TILE_N = 128u;

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

#define RIGHT_ALONG_N
#include "common/matrix_product.glsl"

float left_at(uint m, uint k) {
    return m < x_c && k < 4u * y_c ? weight[m * 4u * y_c + k] : 0.0;
}

float right_at(uint k, uint n) {
    uint image = n / (x_h * x_w);
    uint pixel = n % (x_h * x_w);
    uint row = pixel / x_w * 2u + k / 2u % 2u;
    uint column = pixel % x_w * 2u + k % 2u;
    return image < x_n && k < 4u * y_c ? d_y[((image * y_c + k / 4u) * 2u * x_h + row) * 2u * x_w + column] : 0.0;
}

void store(uint m, uint n, float element) {
    uint image = n / (x_h * x_w);
    uint at = (image * x_c + m) * x_h * x_w + n % (x_h * x_w);
    if (m < x_c && image < x_n)
        d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? element : 0.0;
}

void main() {
    multiply(gl_WorkGroupID.y * TILE_M, gl_WorkGroupID.x * TILE_N, 0u, 4u * y_c);
}
