#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Transforms tiles of the input of a 3x3 convolution by Winograd's F(4x4,3x3) for processors with subgroups of 8 or 16, for rows of
// even length; see common/winograd_f43_tiles.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 2) const uint TILE_PAIRS = 16u; // pairs of channels an invocation
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Tiles { uint64_t tiles[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    Tiles f43_input_tiles;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint f43_input_tiles_c;
    uint f43_input_tiles_w;
    uint part;
};

const uint SOURCE_PADDING = PADDING;
#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_f43_tiles.glsl"

Channel source_of(uint n, uint c) {
    return Channel(x, (n * x_c + c) * x_h * x_w, x_w, RECTIFY == 1u);
}

void main() {
    transform_tiles(f43_input_tiles, part, Plane(x_c, x_h, x_w), uvec2(y_h, y_w), f43_input_tiles_c, f43_input_tiles_w);
}
