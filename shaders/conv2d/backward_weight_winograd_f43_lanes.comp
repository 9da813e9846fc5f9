#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of a 3x3 convolution to its weight and bias by Winograd's F(4x4,3x3), first half, for processors with subgroups of 8 or
// 16, for rows of even length: the sums of conv2d/backward_weight over one run of rows of tiles of one image. A subgroup computes
// TILE_INPUTS input channels of TILE_OUTPUTS output channels at a time; see common/winograd_weight_lanes.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_INPUTS = 64u;
layout(constant_id = 2) const uint TILE_OUTPUTS = 64u;
layout(constant_id = 3) const uint TILE_C = 32u;
layout(constant_id = 4) const uint TILE_K = 64u;
layout(constant_id = 5) const uint TILE_UNITS = 32u;
layout(constant_id = 6) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 7) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Tiles { uint64_t tiles[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Sums { float sums[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    Pixels d_y;
    Tiles f43_weight_tiles;
    Sums partial;
    Sums partial_bias;
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint partial_n;
    uint f43_weight_tiles_n;
};

#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_weight_f43.glsl"

Channel source_of(uint n, uint c) {
    return Channel(x, (n * x_c + c) * x_h * x_w, x_w, RECTIFY == 1u);
}

void main() {
    uint workgroups = f43_weight_tiles_n / (x_n * SUBGROUPS);
    sum_products(f43_weight_tiles, Plane(x_c, x_h, x_w), Plane(y_c, y_h, y_w), partial_n / x_n, workgroups);
}
