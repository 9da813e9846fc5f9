#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Makes the output of a 3x3 convolution of its products by Winograd's F(4x4,3x3), for processors with subgroups of 8 or 16, for rows
// of even length; see common/winograd_f43_results.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 1) const uint TILE_PAIRS = 16u; // pairs of channels an invocation
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Products { uint64_t products[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Biases { float biases[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Products f43_products;
    Biases bias;
    Result y;
    uint y_c;
    uint y_h;
    uint y_w;
    uint weight_c;
    uint f43_input_tiles_w;
    uint f43_products_c;
    uint f43_products_h;
    uint part;
};

#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_results.glsl"

Target target_of(uint n, uint channel) {
    return Target(y, Pixels(uint64_t(f43_products)), (n * y_c + channel) * y_h * y_w, y_w, false); // without a mask
}

float addend(uint channel) {
    return bias.biases[channel];
}

void main() {
    uint channels_together = f43_input_tiles_w - 2u;
    store_results(
        f43_products, part, Plane(y_c, y_h, y_w), f43_products_c, weight_c, channels_together, f43_products_h, RECTIFY_OUTPUT == 1u);
}
