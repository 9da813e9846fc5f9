#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of the 2x2 stride-2 transposed convolution to its weight and bias, first half, for processors with subgroups of 8 or 16:
// the sums of conv_transpose2d/backward_weight over one run of input rows of one image, as sums of outer products of gradients and
// pixels (common/outer_products.glsl). A lane takes TILE_VECTORS channels of x, a subgroup the four taps of TILE_C channels of y; it walks
// along the rows, DEPTH pixels at a time. Workgroups along x take tiles of channels of y, along y channels of x, along z runs.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint TILE_C = 16u;
layout(constant_id = 1) const uint TILE_VECTORS = 4u;
layout(constant_id = 2) const uint TILE_PAIRED = 0u; // 1: rows of x have an even number of pixels, so that two are read as 64 bits
layout(constant_id = 3) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 4) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer PixelPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer GradientPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer SumPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Sums { float sums[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    GradientPairs d_y;
    SumPairs partial;
    Sums partial_bias;
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint partial_n;
};

const uint VECTORS = TILE_VECTORS;
const uint SCALARS = 4u * TILE_C; // the four taps of each channel
const uint DEPTH = 4u;
const uint SCALARS_AT_ONCE = 24u / VECTORS;
const uint ROW_LOADS = TILE_C * DEPTH; // of upper gradients, and as many of lower ones
const uint SCALAR_GATHERS = 2u * ROW_LOADS / SUBGROUP_SIZE;
#include "common/float_pairs.glsl"
#include "common/outer_products.glsl"
#include "common/aligned_stack.glsl"
#include "common/rectified.glsl"

uint load_of(uint scalar, uint depth) { return scalar % 4u / 2u * ROW_LOADS + scalar / 4u * DEPTH + depth; }
uint number_of(uint scalar, uint depth) { return scalar % 2u; }

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint first = (gl_WorkGroupID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x - lane) * VECTORS;
    if (first >= x_c)
        return;
    uint k0 = by_aligned_stack(gl_WorkGroupID.x * TILE_C);
    uint split = gl_WorkGroupID.z;
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint first_row = split % splits * x_h / splits;
    uint end_row = (split % splits + 1u) * x_h / splits;

    uint plane[VECTORS];
    [[unroll]] for (uint v = 0u; v < VECTORS; v++)
        plane[v] = (n * x_c + min(first + v * SUBGROUP_SIZE + lane, x_c - 1u)) * x_h * x_w;
    uint gradient_plane[SCALAR_GATHERS];
    vec2 bias[SCALAR_GATHERS];
    [[unroll]] for (uint g = 0u; g < SCALAR_GATHERS; g++) {
        uint load = g * SUBGROUP_SIZE + lane;
        uint k = min(k0 + load % ROW_LOADS / DEPTH, y_c - 1u);
        gradient_plane[g] = ((n * y_c + k) * x_h * 2u + load / ROW_LOADS) * x_w;
        bias[g] = vec2(0.0);
    }
    float sum[SUMS];
    [[unroll]] for (uint i = 0u; i < SUMS; i++)
        sum[i] = 0.0;

    for (uint p = first_row; p < end_row; p++) {
        for (uint q0 = 0u; q0 < x_w; q0 += DEPTH) {
            float vector[FACTORS];
            [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                uint line = plane[v] + p * x_w;
                [[unroll]] for (uint d = 0u; d < DEPTH; d += 2u) {
                    vec2 pair;
                    if (TILE_PAIRED == 1u)
                        pair = both(PixelPairs(x).pairs[(line + min(q0 + d, x_w - 2u)) / 2u]);
                    else
                        pair = vec2(x.pixels[line + min(q0 + d, x_w - 1u)], x.pixels[line + min(q0 + d + 1u, x_w - 1u)]);
                    if (RECTIFY == 1u)
                        pair = rectified(pair);
                    vector[d * VECTORS + v] = pair.x;
                    vector[(d + 1u) * VECTORS + v] = pair.y;
                }
            }
            uint q = q0 + lane % DEPTH;
            uint place = p * 2u * x_w + min(q, x_w - 1u);
            vec2 gathered[SCALAR_GATHERS];
            [[unroll]] for (uint g = 0u; g < SCALAR_GATHERS; g++) {
                vec2 pair = both(d_y.pairs[gradient_plane[g] + place]);
                gathered[g] = q < x_w ? pair : vec2(0.0);
                bias[g] += gathered[g];
            }
            add_outer_products(sum, gathered, vector);
        }
    }

    [[unroll]] for (uint k = 0u; k < TILE_C; k++) {
        for (uint last = k0 + k; last < min(k0 + k + 1u, y_c); last++) { // at most one turn: only loops end blocks of code
            [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                uint c = first + v * SUBGROUP_SIZE + lane;
                [[unroll]] for (uint t = 0u; t < 4u; t += 2u) {
                    vec2 sums = vec2(sum[(k * 4u + t) * VECTORS + v], sum[(k * 4u + t + 1u) * VECTORS + v]);
                    if (c < x_c)
                        partial.pairs[((split * x_c + c) * y_c + last) * 2u + t / 2u] = together(sums);
                }
            }
            float total = 0.0;
            [[unroll]] for (uint d = 0u; d < DEPTH; d++) {
                [[unroll]] for (uint t = 0u; t < 4u; t++) {
                    uint load = load_of(k * 4u + t, d);
                    total += subgroupBroadcast(bias[load / SUBGROUP_SIZE][number_of(k * 4u + t, d)], load % SUBGROUP_SIZE);
                }
            }
            if (first == 0u && lane == 0u)
                partial_bias.sums[split * y_c + last] = total;
        }
    }
}
