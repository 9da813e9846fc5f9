#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Makes the gradient of the 3x3 convolution of a concatenation to its two parts of its products by Winograd's F(4x4,3x3), for
// processors with subgroups of 8 or 16, for rows of even length and even crops; see common/winograd_f43_results.glsl. Around the crop
// crop_concat_conv2d/clear_border sets d_skip to 0.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint RECTIFY_SKIP = 0u; // not 0: skip counted as max(skip, 0), whose derivative is 0 up to 0
layout(constant_id = 1) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 2) const uint TILE_PAIRS = 16u; // pairs of channels an invocation
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Products { uint64_t products[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Products f43_gradient_products;
    Result d_skip;
    Result d_upsampled;
    Pixels skip;
    Pixels upsampled;
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint upsampled_h;
    uint upsampled_w;
    uint upsampled_first;
    uint y_c;
    uint f43_gradient_tiles_w;
    uint f43_gradient_products_c;
    uint f43_gradient_products_h;
    uint part;
};

#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_results.glsl"
#include "common/concatenated.glsl"

Target target_of(uint n, uint c) {
    Part source = part_of(c);
    if (source.is_skip)
        return Target(d_skip, skip, place_in_skip(n, source.channel, 0u, 0u), skip_w, RECTIFY_SKIP != 0u);
    return Target(d_upsampled, upsampled, place_in_upsampled(n, source.channel, 0u, 0u), upsampled_w, RECTIFY_UPSAMPLED != 0u);
}

float addend(uint channel) {
    return 0.0;
}

void main() {
    Plane x = Plane(skip_c + upsampled_c, upsampled_h, upsampled_w);
    uint channels_together = f43_gradient_tiles_w - 2u;
    store_results(
        f43_gradient_products, part, x, f43_gradient_products_c, y_c, channels_together, f43_gradient_products_h, false);
}
