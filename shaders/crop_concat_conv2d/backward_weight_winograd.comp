#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the convolution of a concatenation x (see common/concatenated.glsl) to its weight and bias by Winograd's F(2x2,3x3), for
// GPUs, first half: sums over one run of tiles of output pixels of one image; see common/winograd_weight_gradient.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY_SKIP = 0u; // 1: skip counts as max(skip, 0); 2: it is that already
layout(constant_id = 2) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 3) const uint TILE_ROWS = 64u;
layout(constant_id = 4) const uint TILE_COLUMNS = 32u;
layout(constant_id = 5) const uint TILE_DEPTH = 4u;

layout(set = 0, binding = 0, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 1, std430) readonly buffer Upsampled { float upsampled[]; };
layout(set = 0, binding = 2, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 3, std430) writeonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 4, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint skip_n;
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
    uint run_weight_n;
};

#include "common/concatenated.glsl"
#include "common/rectified.glsl"

uint input_channels() {
    return skip_c + upsampled_c;
}

uint input_height() {
    return upsampled_h;
}

uint input_width() {
    return upsampled_w;
}

uint part_of_channel(uint c) {
    return part_of(c).is_skip ? 0u : 1u;
}

float input_at(uint part, uint n, uint c, uint row, uint column) {
    uint channel = part_of(c).channel;
    return part == 0u ? skip[place_in_skip(n, channel, row, column)] : upsampled[place_in_upsampled(n, channel, row, column)];
}

float meant(uint part, float pixel) {
    return (part == 0u ? RECTIFY_SKIP : RECTIFY_UPSAMPLED) == 1u ? rectified(pixel) : pixel;
}

#include "common/winograd_weight_gradient.glsl"

void main() {
    sum_run(run_weight_n / skip_n);
}
