#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// 2x2 transposed convolution with stride 2 for processors with subgroups of 8 or 16, as sums of outer products of weights and pixels
// (common/outer_products.glsl). A lane takes two neighbouring pixels of x for each two of its TILE_VECTORS, a subgroup the 2x2 outputs of
// TILE_C channels. Workgroups along x take tiles of channels, along y pixels, along z images.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint TILE_C = 16u;
layout(constant_id = 1) const uint TILE_VECTORS = 4u;
layout(constant_id = 2) const uint TILE_PAIRED = 0u; // 1: channels of x have an even number of pixels, so that two are read as 64 bits
layout(constant_id = 3) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 4) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 5) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer PixelPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer WeightPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Biases { float biases[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t pairs[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    WeightPairs weight;
    Biases bias;
    Result y;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

const uint VECTORS = TILE_VECTORS;
const uint SCALARS = 4u * TILE_C; // the four taps of each channel
const uint DEPTH = 4u; // channels of x at a time
const uint SCALARS_AT_ONCE = 24u / VECTORS;
const uint CHANNEL_LOADS = SCALARS / 2u;
const uint SCALAR_GATHERS = DEPTH * CHANNEL_LOADS / SUBGROUP_SIZE;
#include "common/float_pairs.glsl"
#include "common/outer_products.glsl"
#include "common/aligned_stack.glsl"
#include "common/rectified.glsl"

uint load_of(uint scalar, uint depth) { return depth * CHANNEL_LOADS + scalar / 2u; }
uint number_of(uint scalar, uint depth) { return scalar % 2u; }

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pixels = x_h * x_w;
    uint first = (gl_GlobalInvocationID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x - lane) * VECTORS;
    if (first >= pixels)
        return;
    uint k0 = by_aligned_stack(gl_WorkGroupID.x * TILE_C);
    uint n = gl_WorkGroupID.z;

    uint pixel[VECTORS];
    [[unroll]] for (uint v = 0u; v < VECTORS; v++)
        pixel[v] = first + (v / 2u * SUBGROUP_SIZE + lane) * 2u + v % 2u;
    float sum[SUMS];
    [[unroll]] for (uint g = 0u; g < (TILE_C + SUBGROUP_SIZE - 1u) / SUBGROUP_SIZE; g++) {
        float start = bias.biases[min(k0 + g * SUBGROUP_SIZE + lane, y_c - 1u)];
        [[unroll]] for (uint i = 0u; i < min(TILE_C, SUBGROUP_SIZE) * 4u * VECTORS; i++)
            sum[g * SUBGROUP_SIZE * 4u * VECTORS + i] = subgroupBroadcast(start, i / (4u * VECTORS));
    }

    for (uint c0 = 0u; c0 < x_c; c0 += DEPTH) {
        float vector[FACTORS];
        vec2 gathered[SCALAR_GATHERS];
        [[unroll]] for (uint d = 0u; d < DEPTH; d++) {
            uint c = min(c0 + d, x_c - 1u);
            uint plane = (n * x_c + c) * pixels;
            [[unroll]] for (uint v = 0u; v < VECTORS; v += 2u) {
                vec2 pair;
                if (TILE_PAIRED == 1u) {
                    pair = both(PixelPairs(x).pairs[(plane + min(pixel[v], pixels - 2u)) / 2u]);
                } else {
                    pair.x = x.pixels[plane + min(pixel[v], pixels - 1u)];
                    pair.y = x.pixels[plane + min(pixel[v + 1u], pixels - 1u)];
                }
                if (RECTIFY == 1u)
                    pair = rectified(pair);
                pair = c0 + d < x_c ? pair : vec2(0.0);
                vector[d * VECTORS + v] = pair.x;
                vector[d * VECTORS + v + 1u] = pair.y;
            }
            [[unroll]] for (uint g = 0u; g < CHANNEL_LOADS / SUBGROUP_SIZE; g++) {
                uint load = min(k0 * 2u + g * SUBGROUP_SIZE + lane, y_c * 2u - 1u);
                gathered[d * (CHANNEL_LOADS / SUBGROUP_SIZE) + g] = both(weight.pairs[c * y_c * 2u + load]);
            }
        }
        add_outer_products(sum, gathered, vector);
    }

    uint place[VECTORS]; // of the two upper outputs of a pixel
    [[unroll]] for (uint v = 0u; v < VECTORS; v++)
        place[v] = pixel[v] + pixel[v] / x_w * x_w;
    [[unroll]] for (uint k = 0u; k < TILE_C; k++) {
        for (uint last = k0 + k; last < min(k0 + k + 1u, y_c); last++) { // at most one turn: only loops end blocks of code
            [[unroll]] for (uint t = 0u; t < 4u; t += 2u) {
                [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
                    vec2 result = vec2(sum[(k * 4u + t) * VECTORS + v], sum[(k * 4u + t + 1u) * VECTORS + v]);
                    if (RECTIFY_OUTPUT == 1u)
                        result = rectified(result);
                    if (pixel[v] < pixels)
                        y.pairs[(n * y_c + last) * pixels * 2u + place[v] + t / 2u * x_w] = together(result);
                }
            }
        }
    }
}
