#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Convolution of a concatenation that is nowhere stored (see common/concatenated.glsl), for GPUs; see
// common/window_convolution.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 3) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 4) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 5) const uint TILE_ROWS = 64u;
layout(constant_id = 6) const uint TILE_COLUMNS = 128u;

layout(set = 0, binding = 0, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 1, std430) readonly buffer Upsampled { float upsampled[]; };
layout(set = 0, binding = 2, std430) readonly buffer WindowWeight { vec4 window_weight[]; };
layout(set = 0, binding = 3, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 4, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint upsampled_c;
    uint upsampled_h;
    uint upsampled_w;
    uint upsampled_first;
    uint y_c;
    uint y_h;
    uint y_w;
};

#include "common/concatenated.glsl"
#include "common/rectified.glsl"

uint source_channels() {
    return skip_c + upsampled_c;
}

uint source_height() {
    return upsampled_h;
}

uint source_width() {
    return upsampled_w;
}

uint margin() {
    return PADDING;
}

uint part_of_channels(uint first, uint count) {
    bool is_skip = part_of(first).is_skip;
    return part_of(first + count - 1u).is_skip == is_skip ? (is_skip ? 0u : 1u) : 2u;
}

uint target_channels() {
    return y_c;
}

uint target_height() {
    return y_h;
}

uint target_width() {
    return y_w;
}

float source_at(uint part, uint c, uint row, uint column) {
    Part of = part_of(c);
    bool is_skip = part == 2u ? of.is_skip : part == 0u;
    float pixel = is_skip ? skip[place_in_skip(gl_WorkGroupID.z, of.channel, row, column)]
                          : upsampled[place_in_upsampled(gl_WorkGroupID.z, of.channel, row, column)];
    return (is_skip ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) == 1u ? rectified(pixel) : pixel;
}

float start_of(uint k) {
    return bias[min(k, y_c - 1u)];
}

#include "common/window_convolution.glsl"

void store(uint k, uint i) {
    uint plane = (gl_WorkGroupID.z * y_c + k) * (y_h * y_w);
    [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++) {
        if (target_pixel[j] != NOWHERE) {
            float result = sum[i * COLUMNS_EACH + j];
            y[plane + (target_pixel[j] >> 16u) * y_w + (target_pixel[j] & 0xFFFFu)] = RECTIFY_OUTPUT == 1u ? rectified(result) : result;
        }
    }
}

void main() {
    convolve();
}
