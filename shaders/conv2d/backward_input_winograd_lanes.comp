#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of a 3x3 convolution to its input by Winograd's F(2x2,3x3) for processors with subgroups of 8 or 16, for rows of even
// length: a convolution of d_y, padded by 2 - PADDING, with the kernels that conv2d/pack_backward_winograd_lanes has turned by 180
// degrees and transposed. A subgroup computes blocks of 64 tiles of 2x2 pixels, of every n-th TILE_K input channels, n the
// groups of channels; see common/winograd_lanes.glsl.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Tiles { uint64_t tiles[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Pixels d_y;
    WeightPairs winograd_packed_transposed;
    Tiles gradient_tiles;
    Result d_x;
    Pixels x;
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint gradient_tiles_n;
    uint gradient_tiles_c;
};

const uint SOURCE_PADDING = 2u - PADDING;
#include "common/float_pairs.glsl"
#include "common/conv2d_pixel_pairs.glsl"
#include "common/winograd_lanes.glsl"

Channel source_of(uint n, uint k) {
    return Channel(d_y, (n * y_c + k) * y_h * y_w, y_w, false);
}

Target target_of(uint n, uint c) {
    return Target(d_x, x, (n * x_c + c) * x_h * x_w, x_w, RECTIFY != 0u);
}

float addend(uint channel) {
    return 0.0;
}

void main() {
    convolve_tiles(
        winograd_packed_transposed, gradient_tiles, Plane(y_c, y_h, y_w), Plane(x_c, x_h, x_w),
        gradient_tiles_n / x_n, gradient_tiles_c, false);
}
