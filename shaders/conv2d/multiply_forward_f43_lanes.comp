#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
// Multiplies the transformed tiles and weights of a 3x3 convolution by Winograd's F(4x4,3x3) for processors with subgroups of 8 or
// 16; see common/winograd_f43_products.glsl.
layout(local_size_x = 32, local_size_x_id = 6) in; // TILE_INVOCATIONS

layout(constant_id = 0) const uint F43_PACKED_H = 16u; // channels read of a chunk
layout(constant_id = 1) const uint F43_PACKED_W = 4u; // channels written of a block
layout(constant_id = 2) const uint TILE_CHANNELS = 66u; // written of a workgroup
layout(constant_id = 3) const uint TILE_SUMS = 22u; // of each tile that find a register
layout(constant_id = 4) const uint TILE_VECTORS = 1u; // of tiles that a subgroup takes
layout(constant_id = 5) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Tiles { uint64_t tiles[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly volatile buffer Weights { vec2 weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Products { uint64_t products[]; };
layout(push_constant, std430) uniform Push {
    Tiles f43_input_tiles;
    Weights f43_packed;
    Products f43_products;
    uint weight_c;
    uint f43_input_tiles_c;
    uint f43_packed_n;
    uint f43_packed_c;
    uint part;
    uint numbers[16];
};

const uint VECTORS = TILE_VECTORS;
const uint CHANNELS_READ = F43_PACKED_H;
const uint CHANNELS_WRITTEN = F43_PACKED_W;
#include "common/float_pairs.glsl"
#include "common/winograd_f43_products.glsl"

void main() {
    uint blocks = f43_packed_c / ELEMENTS;
    multiply(f43_input_tiles, f43_packed, f43_products, part, f43_input_tiles_c, weight_c, f43_packed_n, blocks);
}
