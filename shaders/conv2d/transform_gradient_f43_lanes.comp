#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Transforms tiles of the gradient of a 3x3 convolution's output, for the gradient to its input by Winograd's F(4x4,3x3) for
// processors with subgroups of 8 or 16, for rows of even length: that is a convolution of d_y, padded by 2 - PADDING. See
// common/winograd_f43_tiles.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_PAIRS = 16u; // pairs of channels an invocation
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Tiles { uint64_t tiles[]; };
layout(push_constant, std430) uniform Push {
    Pixels d_y;
    Tiles f43_gradient_tiles;
    uint y_c;
    uint y_h;
    uint y_w;
    uint f43_gradient_tiles_c;
    uint f43_gradient_tiles_w;
    uint part;
};

const uint SOURCE_PADDING = 2u - PADDING;
#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_tiles.glsl"

Channel source_of(uint n, uint k) {
    return Channel(d_y, (n * y_c + k) * y_h * y_w, y_w, false);
}

void main() {
    uvec2 result = uvec2(y_h, y_w) + 2u * SOURCE_PADDING - 2u;
    transform_tiles(f43_gradient_tiles, part, Plane(y_c, y_h, y_w), result, f43_gradient_tiles_c, f43_gradient_tiles_w);
}
