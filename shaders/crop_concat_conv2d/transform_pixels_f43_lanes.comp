#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// Transforms tiles of a concatenation that is nowhere stored (see common/concatenated.glsl), the input of a 3x3 convolution by
// Winograd's F(4x4,3x3), for processors with subgroups of 8 or 16, for rows of even length and even crops; see
// common/winograd_f43_tiles.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 2) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 3) const uint TILE_PAIRS = 16u; // pairs of channels an invocation
layout(constant_id = 4) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Tiles { uint64_t tiles[]; };
layout(push_constant, std430) uniform Push {
    Pixels skip;
    Pixels upsampled;
    Tiles f43_input_tiles;
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint upsampled_h;
    uint upsampled_w;
    uint upsampled_first;
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
#include "common/concatenated.glsl"
#include "common/concatenated_channel.glsl"

void main() {
    Plane x = Plane(skip_c + upsampled_c, upsampled_h, upsampled_w);
    transform_tiles(f43_input_tiles, part, x, uvec2(y_h, y_w), f43_input_tiles_c, f43_input_tiles_w);
}
