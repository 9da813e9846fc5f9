#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of a convolution to its weight and bias on matrix units, first half: the function of conv2d/backward_weight as a
// product of [output channels] x [pixels] with [pixels] x [input channels and taps], over one run of output rows of one image.
// One workgroup computes TILE_M output channels and TILE_N taps of input channels of one run.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = 4) const uint MATRIX_SIZE = 16u;
layout(constant_id = 5) const uint TILE_M = 64u;
layout(constant_id = 6) const uint TILE_N = 128u;

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
    uint y_h;
    uint y_w;
    uint partial_n;
};

const uint TAPS = KERNEL * KERNEL;
#define ADDS_LEFT_ROWS
#include "common/matrix_product.glsl"

uint image() {
    return gl_WorkGroupID.z / (partial_n / x_n);
}

// The first pixel of the run that comes that many runs after this one.
uint pixel_of_run(uint runs) {
    uint splits = partial_n / x_n;
    return (gl_WorkGroupID.z % splits + runs) * y_h / splits * y_w;
}

float left_at(uint m, uint k) {
    return m < y_c && k < pixel_of_run(1u) ? d_y[(image() * y_c + m) * y_h * y_w + k] : 0.0;
}

float right_at(uint k, uint n) {
    uint c = n / TAPS;
    uint row = k / y_w + n % TAPS / KERNEL - PADDING; // wraps below 0, which the comparison catches
    uint column = k % y_w + n % KERNEL - PADDING;
    if (c >= x_c || row >= x_h || column >= x_w)
        return 0.0;
    float factor = x[((image() * x_c + c) * x_h + row) * x_w + column];
    return RECTIFY == 1u ? max(factor, 0.0) : factor;
}

void store(uint m, uint n, float element) {
    if (m < y_c && n < x_c * TAPS)
        partial[(gl_WorkGroupID.z * y_c + m) * x_c * TAPS + n] = element;
}

void main() {
    uint m0 = gl_WorkGroupID.y * TILE_M;
    multiply(m0, gl_WorkGroupID.x * TILE_N, pixel_of_run(0u), pixel_of_run(1u));
    uint m = m0 + gl_LocalInvocationID.x;
    if (gl_WorkGroupID.x == 0u && gl_LocalInvocationID.x < TILE_M && m < y_c)
        partial_bias[gl_WorkGroupID.z * y_c + m] = line_sum;
}
