#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
// Gradient of the 3x3 convolution of a concatenation of few channels to its two parts, for processors with subgroups of 8 or 16: a
// convolution of d_y, padded by 2 - PADDING, with kernels that are turned by 180 degrees and transposed; see common/conv2d_unrolled.glsl.
// Around the crop crop_concat_conv2d/clear_border sets d_skip to 0. One workgroup computes TILE_CHANNELS channels of the concatenation of
// TILE_H rows x a subgroup of columns.
layout(local_size_x = 8, local_size_x_id = 11) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_CHANNELS = 4u;
layout(constant_id = 2) const uint TILE_H = 3u;
layout(constant_id = 3) const uint WEIGHT_N = 16u;
layout(constant_id = 4) const uint WEIGHT_C = 32u;
layout(constant_id = 5) const uint SKIP_C = 16u;
layout(constant_id = 6) const uint UPSAMPLED_C = 16u;
layout(constant_id = 7) const uint UPSAMPLED_FIRST = 0u;
layout(constant_id = 8) const uint RECTIFY_SKIP = 0u; // not 0: skip counted as max(skip, 0), whose derivative is 0 up to 0
layout(constant_id = 9) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 10) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly volatile buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Result { float result[]; };
layout(push_constant, std430) uniform Push {
    Pixels d_y;
    Weights weight;
    Result d_skip;
    Result d_upsampled;
    Pixels skip;
    Pixels upsampled;
    uint skip_h;
    uint skip_w;
    uint upsampled_h;
    uint upsampled_w;
    uint numbers[16];
};

const uint SOURCE_PADDING = 2u - PADDING;
const uint CHANNELS_READ = WEIGHT_N;
const bool MAY_MASK = RECTIFY_SKIP + RECTIFY_UPSAMPLED != 0u;
const uint skip_c = SKIP_C;
const uint upsampled_c = UPSAMPLED_C;
const uint upsampled_first = UPSAMPLED_FIRST;
#include "common/consecutive.glsl"
#include "common/concatenated.glsl"
#include "common/conv2d_unrolled.glsl"

Plane plane_of_y() {
    return Plane(WEIGHT_N, upsampled_h + 2u * PADDING - 2u, upsampled_w + 2u * PADDING - 2u);
}

Source source_of(uint n, uint k) {
    Plane y = plane_of_y();
    Pixels channel = Pixels(uint64_t(d_y) + 4ul * ((n * WEIGHT_N + k) * (y.height * y.width)));
    return Source(channel, y.width, false, k == 0u, k == WEIGHT_N - 1u);
}

// Without conditions, for lavapipe to be sure that all of it is the same for all invocations.
Target target_of(uint n, uint c) {
    uint skip_channel = c - upsampled_first * upsampled_c;
    bool is_skip = skip_channel < skip_c; // before the first channel of the skip connection the difference wraps
    uint in_skip = place_in_skip(n, skip_channel, 0u, 0u);
    uint in_upsampled = place_in_upsampled(n, c - (1u - upsampled_first) * skip_c, 0u, 0u);
    return Target(
        Result(mix(uint64_t(d_upsampled), uint64_t(d_skip), is_skip)), Pixels(mix(uint64_t(upsampled), uint64_t(skip), is_skip)),
        mix(in_upsampled, in_skip, is_skip), mix(upsampled_w, skip_w, is_skip), mix(RECTIFY_UPSAMPLED, RECTIFY_SKIP, is_skip) != 0u);
}

float start_of(uint channel) { return 0.0; }

// Turned by 180 degrees.
uint place_of_weight(uint written, uint read, uint tap) { return (read * WEIGHT_C + written) * 9u + 8u - tap; }

void main() {
    convolve_tile(uint64_t(weight), plane_of_y(), Plane(WEIGHT_C, upsampled_h, upsampled_w), false);
}
