#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Makes the gradient of a 3x3 convolution to its input of its products by Winograd's F(4x4,3x3), for processors with subgroups of 8
// or 16, for rows of even length; see common/winograd_f43_results.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 1) const uint TILE_PAIRS = 16u; // pairs of channels an invocation
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Products { uint64_t products[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Products f43_gradient_products;
    Result d_x;
    Pixels x;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint f43_gradient_tiles_w;
    uint f43_gradient_products_c;
    uint f43_gradient_products_h;
    uint part;
};

#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_results.glsl"

Target target_of(uint n, uint c) {
    return Target(d_x, x, (n * x_c + c) * x_h * x_w, x_w, RECTIFY != 0u);
}

float addend(uint channel) {
    return 0.0;
}

void main() {
    uint channels_together = f43_gradient_tiles_w - 2u;
    store_results(
        f43_gradient_products, part, Plane(x_c, x_h, x_w), f43_gradient_products_c, y_c, channels_together, f43_gradient_products_h, false);
}
