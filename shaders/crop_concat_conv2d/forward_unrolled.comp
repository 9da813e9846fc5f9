#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
// Convolution 3x3 of a concatenation of few channels, read from its two parts, for processors with subgroups of 8 or 16; see
// common/conv2d_unrolled.glsl. One workgroup computes TILE_CHANNELS output channels of TILE_H rows x a subgroup of columns.
layout(local_size_x = 8, local_size_x_id = 12) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_CHANNELS = 4u;
layout(constant_id = 2) const uint TILE_H = 3u;
layout(constant_id = 3) const uint WEIGHT_N = 16u;
layout(constant_id = 4) const uint WEIGHT_C = 32u;
layout(constant_id = 5) const uint SKIP_C = 16u;
layout(constant_id = 6) const uint UPSAMPLED_C = 16u;
layout(constant_id = 7) const uint UPSAMPLED_FIRST = 0u;
layout(constant_id = 8) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 9) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 10) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 11) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly volatile buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Biases { float biases[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Result { float result[]; };
layout(push_constant, std430) uniform Push {
    Pixels skip;
    Pixels upsampled;
    Weights weight;
    Biases bias;
    Result y;
    uint skip_h;
    uint skip_w;
    uint upsampled_h;
    uint upsampled_w;
    uint y_h;
    uint y_w;
    uint numbers[16];
};

const uint SOURCE_PADDING = PADDING;
const uint CHANNELS_READ = WEIGHT_C;
const bool MAY_MASK = false;
const uint skip_c = SKIP_C;
const uint upsampled_c = UPSAMPLED_C;
const uint upsampled_first = UPSAMPLED_FIRST;
#include "common/consecutive.glsl"
#include "common/concatenated.glsl"
#include "common/conv2d_unrolled.glsl"

Source source_of(uint n, uint c) {
    Part part = part_of(c);
    bool begins = part.channel == 0u;
    if (part.is_skip) {
        Pixels channel = Pixels(uint64_t(skip) + 4ul * place_in_skip(n, part.channel, 0u, 0u));
        return Source(channel, skip_w, RECTIFY_SKIP == 1u, begins, part.channel == skip_c - 1u);
    }
    Pixels channel = Pixels(uint64_t(upsampled) + 4ul * place_in_upsampled(n, part.channel, 0u, 0u));
    return Source(channel, upsampled_w, RECTIFY_UPSAMPLED == 1u, begins, part.channel == upsampled_c - 1u);
}

Target target_of(uint n, uint channel) {
    return Target(y, skip, (n * WEIGHT_N + channel) * (y_h * y_w), y_w, false);
}

float start_of(uint channel) { return bias.biases[channel]; }

uint place_of_weight(uint written, uint read, uint tap) { return (written * WEIGHT_C + read) * 9u + tap; }

void main() {
    Plane x = Plane(WEIGHT_C, upsampled_h, upsampled_w);
    convolve_tile(uint64_t(weight), x, Plane(WEIGHT_N, y_h, y_w), RECTIFY_OUTPUT == 1u);
}
