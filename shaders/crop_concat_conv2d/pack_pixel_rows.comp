#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Rounds and packs a concatenation that is nowhere stored (see common/concatenated.glsl), with the zeros of its padding, for
// convolutions on matrix units and their gradients to the weight; see common/rows_packing.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 2) const uint RECTIFY_UPSAMPLED = 0u;

layout(set = 0, binding = 0, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 1, std430) readonly buffer Upsampled { float upsampled[]; };
layout(set = 0, binding = 2, std430) writeonly buffer PixelRows { uvec4 pixel_rows[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint upsampled_h;
    uint upsampled_w;
    uint upsampled_first;
    uint pixel_rows_h;
    uint pixel_rows_w;
};

#include "common/concatenated.glsl"
#include "common/rectified.glsl"

uint line_width() {
    return upsampled_w + 2u * PADDING;
}

uint margin() {
    return PADDING;
}

uint source_channels() {
    return skip_c + upsampled_c;
}

uint source_height() {
    return upsampled_h;
}

uint source_width() {
    return upsampled_w;
}

uint row_count() {
    return pixel_rows_h;
}

uint row_channels() {
    return pixel_rows_w;
}

float source_at(uint c, uint row, uint column) {
    Part part = part_of(c);
    float pixel = part.is_skip ? skip[place_in_skip(gl_WorkGroupID.z, part.channel, row, column)]
                               : upsampled[place_in_upsampled(gl_WorkGroupID.z, part.channel, row, column)];
    return (part.is_skip ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) == 1u ? rectified(pixel) : pixel;
}

void store_eight(uint at, uvec4 eight) {
    pixel_rows[at] = eight;
}

#include "common/rows_packing.glsl"

void main() {
    pack_rows();
}
