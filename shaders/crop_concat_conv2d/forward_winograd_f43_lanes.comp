#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Convolution 3x3 by Winograd's F(4x4,3x3) of a concatenation that is nowhere stored (see common/concatenated.glsl), for processors
// with subgroups of 8 or 16, for rows of even length and even crops; see common/winograd_f43_lanes.glsl. `f43_packed` comes from
// conv2d/pack_forward_winograd_f43_lanes. A workgroup computes blocks of 64 tiles of 4x4 pixels, of every n-th run of
// PRODUCT_CHANNELS output channels, n the groups of channels.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 2) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 3) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 4) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Biases { float biases[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Tiles { uint64_t tiles[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Pixels skip;
    Pixels upsampled;
    WeightPairs f43_packed;
    Biases bias;
    Tiles f43_input_tiles;
    Result y;
    uint skip_n;
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint upsampled_h;
    uint upsampled_w;
    uint upsampled_first;
    uint y_c;
    uint y_h;
    uint y_w;
    uint f43_input_tiles_n;
    uint f43_input_tiles_c;
    uint f43_packed_n;
    uint part;
};

const uint SOURCE_PADDING = PADDING;
#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_lanes.glsl"
#include "common/concatenated.glsl"
#include "common/concatenated_channel.glsl"

Target target_of(uint n, uint channel) {
    return Target(y, skip, (n * y_c + channel) * y_h * y_w, y_w, false);
}

float addend(uint channel) {
    return bias.biases[channel];
}

void main() {
    Plane x = Plane(skip_c + upsampled_c, upsampled_h, upsampled_w);
    convolve_tiles(
        f43_packed, f43_input_tiles, x, Plane(y_c, y_h, y_w), f43_input_tiles_n / skip_n, f43_input_tiles_c, part, f43_packed_n,
        RECTIFY_OUTPUT == 1u);
}
