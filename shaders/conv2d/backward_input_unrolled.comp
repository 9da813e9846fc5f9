#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of a 3x3 convolution of few channels to its input, for processors with subgroups of 8 or 16: a convolution of d_y, padded by
// 2 - PADDING, with kernels that are turned by 180 degrees and transposed; see common/conv2d_unrolled.glsl. One workgroup computes
// TILE_CHANNELS input channels of TILE_H rows x a subgroup of columns.
layout(local_size_x = 8, local_size_x_id = 7) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_CHANNELS = 4u;
layout(constant_id = 2) const uint TILE_H = 3u;
layout(constant_id = 3) const uint WEIGHT_N = 16u;
layout(constant_id = 4) const uint WEIGHT_C = 16u;
layout(constant_id = 5) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 6) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly volatile buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Result { float result[]; };
layout(push_constant, std430) uniform Push {
    Pixels d_y;
    Weights weight;
    Result d_x;
    Pixels x;
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint numbers[16];
};

const uint SOURCE_PADDING = 2u - PADDING;
const uint CHANNELS_READ = WEIGHT_N;
const bool MAY_MASK = RECTIFY != 0u;
#include "common/consecutive.glsl"
#include "common/conv2d_unrolled.glsl"

Source source_of(uint n, uint k) {
    Pixels channel = Pixels(uint64_t(d_y) + 4ul * ((n * WEIGHT_N + k) * (y_h * y_w)));
    return Source(channel, y_w, false, k == 0u, k == WEIGHT_N - 1u);
}

Target target_of(uint n, uint c) {
    return Target(d_x, x, (n * WEIGHT_C + c) * (x_h * x_w), x_w, RECTIFY != 0u);
}

float start_of(uint channel) { return 0.0; }

// Turned by 180 degrees.
uint place_of_weight(uint written, uint read, uint tap) { return (read * WEIGHT_C + written) * 9u + 8u - tap; }

void main() {
    convolve_tile(uint64_t(weight), Plane(WEIGHT_N, y_h, y_w), Plane(WEIGHT_C, x_h, x_w), false);
}
