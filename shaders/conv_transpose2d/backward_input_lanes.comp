#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of the 2x2 stride-2 transposed convolution to its input for processors with subgroups of 8 or 16, as sums of outer products
// of weights and gradients (common/outer_products.glsl). A lane takes two neighbouring pixels of x for each two of its TILE_VECTORS, a
// subgroup TILE_C channels. Workgroups along x take tiles of channels, along y pixels, along z images.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint TILE_C = 64u;
layout(constant_id = 1) const uint TILE_VECTORS = 4u;
layout(constant_id = 2) const uint TILE_PAIRED = 0u; // 1: channels of x have an even number of pixels, so that two are written as 64 bits
layout(constant_id = 3) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 4) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer GradientPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Result { float result[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer ResultPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer PixelPairs { uint64_t pairs[]; };
layout(push_constant, std430) uniform Push {
    WeightPairs weight;
    GradientPairs d_y;
    Result d_x;
    Pixels x;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

const uint VECTORS = TILE_VECTORS;
const uint SCALARS = TILE_C;
const uint DEPTH = 4u; // the four taps of a channel of y
const uint SCALARS_AT_ONCE = 16u / VECTORS;
const uint SCALAR_GATHERS = 2u * SCALARS / SUBGROUP_SIZE;
#include "common/float_pairs.glsl"
#include "common/outer_products.glsl"
#include "common/aligned_stack.glsl"

uint load_of(uint scalar, uint depth) { return scalar * 2u + depth / 2u; }
uint number_of(uint scalar, uint depth) { return depth % 2u; }

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pixels = x_h * x_w;
    uint first = (gl_GlobalInvocationID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x - lane) * VECTORS;
    if (first >= pixels)
        return;
    uint c0 = by_aligned_stack(gl_WorkGroupID.x * SCALARS);
    uint n = gl_WorkGroupID.z;

    uint pixel[VECTORS];
    uint place[VECTORS]; // of the two upper gradients of a pixel
    [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
        pixel[v] = first + (v / 2u * SUBGROUP_SIZE + lane) * 2u + v % 2u;
        uint inside = min(pixel[v], pixels - 1u);
        place[v] = inside + inside / x_w * x_w;
    }
    float sum[SUMS];
    [[unroll]] for (uint i = 0u; i < SUMS; i++)
        sum[i] = 0.0;

    for (uint k = 0u; k < y_c; k++) {
        float vector[FACTORS];
        uint plane = (n * y_c + k) * pixels * 2u;
        [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
            vec2 upper = both(d_y.pairs[plane + place[v]]);
            vec2 lower = both(d_y.pairs[plane + place[v] + x_w]);
            vector[v] = upper.x;
            vector[VECTORS + v] = upper.y;
            vector[2u * VECTORS + v] = lower.x;
            vector[3u * VECTORS + v] = lower.y;
        }
        vec2 gathered[SCALAR_GATHERS];
        [[unroll]] for (uint g = 0u; g < SCALAR_GATHERS; g++) {
            uint load = g * SUBGROUP_SIZE + lane;
            gathered[g] = both(weight.pairs[(min(c0 + load / 2u, x_c - 1u) * y_c + k) * 2u + load % 2u]);
        }
        add_outer_products(sum, gathered, vector);
    }

    [[unroll]] for (uint s = 0u; s < SCALARS; s++) {
        for (uint c = c0 + s; c < min(c0 + s + 1u, x_c); c++) { // at most one turn: only loops end blocks of code
            [[unroll]] for (uint v = 0u; v < VECTORS; v += 2u) {
                uint at = (n * x_c + c) * pixels + pixel[v];
                vec2 result = vec2(sum[s * VECTORS + v], sum[s * VECTORS + v + 1u]);
                if (TILE_PAIRED == 1u) {
                    if (pixel[v] < pixels) {
                        if (RECTIFY != 0u)
                            result = mix(vec2(0.0), result, greaterThan(both(PixelPairs(x).pairs[at / 2u]), vec2(0.0)));
                        ResultPairs(d_x).pairs[at / 2u] = together(result);
                    }
                } else {
                    [[unroll]] for (uint i = 0u; i < 2u; i++) {
                        if (pixel[v + i] < pixels)
                            d_x.result[at + i] = RECTIFY == 0u || x.pixels[at + i] > 0.0 ? result[i] : 0.0;
                    }
                }
            }
        }
    }
}
