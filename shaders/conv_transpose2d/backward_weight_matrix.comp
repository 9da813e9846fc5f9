#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of an up-convolution to its weight and bias on matrix units, first half: the function of
// conv_transpose2d/backward_weight as a product of [input channels] x [pixels] with [pixels] x [output channels and taps], over
// one run of rows of x of one image. One workgroup computes TILE_M input channels and TILE_N taps of output channels of one run.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 2) const uint MATRIX_SIZE = 16u;
layout(constant_id = 3) const uint TILE_M = 64u;
layout(constant_id = 4) const uint TILE_N = 128u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Partial { float partial[]; };
layout(set = 0, binding = 3, std430) writeonly buffer PartialBias { float partial_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint partial_n;
};

#define ADDS_RIGHT_COLUMNS
#include "common/matrix_product.glsl"

shared float sum_of_tap[TILE_N];

uint image() {
    return gl_WorkGroupID.z / (partial_n / x_n);
}

// The first pixel of the run that comes that many runs after this one.
uint pixel_of_run(uint runs) {
    uint splits = partial_n / x_n;
    return (gl_WorkGroupID.z % splits + runs) * x_h / splits * x_w;
}

float left_at(uint m, uint k) {
    if (m >= x_c || k >= pixel_of_run(1u))
        return 0.0;
    float factor = x[(image() * x_c + m) * x_h * x_w + k];
    return RECTIFY == 1u ? max(factor, 0.0) : factor;
}

float right_at(uint k, uint n) {
    uint row = k / x_w * 2u + n / 2u % 2u;
    uint column = k % x_w * 2u + n % 2u;
    return n < 4u * y_c && k < pixel_of_run(1u) ? d_y[((image() * y_c + n / 4u) * 2u * x_h + row) * 2u * x_w + column] : 0.0;
}

void store(uint m, uint n, float element) {
    if (m < x_c && n < 4u * y_c)
        partial[(gl_WorkGroupID.z * x_c + m) * 4u * y_c + n] = element;
}

void main() {
    uint n0 = gl_WorkGroupID.x * TILE_N;
    multiply(gl_WorkGroupID.y * TILE_M, n0, pixel_of_run(0u), pixel_of_run(1u));

    uint tap = gl_LocalInvocationID.x;
    sum_of_tap[tap] = line_sum;
    barrier();
    uint channel = n0 / 4u + tap;
    if (gl_WorkGroupID.y == 0u && tap < TILE_N / 4u && channel < y_c)
        partial_bias[gl_WorkGroupID.z * y_c + channel]
            = sum_of_tap[4u * tap] + sum_of_tap[4u * tap + 1u] + sum_of_tap[4u * tap + 2u] + sum_of_tap[4u * tap + 3u];
}
