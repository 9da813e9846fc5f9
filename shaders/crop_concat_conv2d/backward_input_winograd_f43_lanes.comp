#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of the 3x3 convolution of a concatenation to its two parts by Winograd's F(4x4,3x3), for processors with subgroups of 8
// or 16, for rows of even length and even crops: a convolution of d_y, padded by 2 - PADDING, with the kernels that
// conv2d/pack_backward_winograd_f43_lanes has turned by 180 degrees and transposed. Around the crop crop_concat_conv2d/clear_border sets
// d_skip to 0. A workgroup computes blocks of 64 tiles of 4x4 pixels, of every n-th run of PRODUCT_CHANNELS channels of the
// concatenation, n the groups of channels; see common/winograd_f43_lanes.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY_SKIP = 0u; // not 0: skip counted as max(skip, 0), whose derivative is 0 up to 0
layout(constant_id = 2) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Tiles { uint64_t tiles[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Pixels d_y;
    WeightPairs f43_packed_transposed;
    Tiles f43_gradient_tiles;
    Result d_skip;
    Result d_upsampled;
    Pixels skip;
    Pixels upsampled;
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
    uint f43_gradient_tiles_n;
    uint f43_gradient_tiles_c;
    uint f43_packed_transposed_n;
    uint part;
};

const uint SOURCE_PADDING = 2u - PADDING;
#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_lanes.glsl"
#include "common/concatenated.glsl"

Channel source_of(uint n, uint k) {
    return Channel(d_y, (n * y_c + k) * y_h * y_w, y_w, false);
}

Target target_of(uint n, uint c) {
    Part part = part_of(c);
    if (part.is_skip)
        return Target(d_skip, skip, place_in_skip(n, part.channel, 0u, 0u), skip_w, RECTIFY_SKIP != 0u);
    return Target(d_upsampled, upsampled, place_in_upsampled(n, part.channel, 0u, 0u), upsampled_w, RECTIFY_UPSAMPLED != 0u);
}

float addend(uint channel) {
    return 0.0;
}

void main() {
    Plane x = Plane(skip_c + upsampled_c, upsampled_h, upsampled_w);
    convolve_tiles(
        f43_packed_transposed, f43_gradient_tiles, Plane(y_c, y_h, y_w), x, f43_gradient_tiles_n / skip_n, f43_gradient_tiles_c, part,
        f43_packed_transposed_n, false);
}
