#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its weight and bias by Winograd's F(2x2,3x3), for GPUs, first half: sums over one run of tiles of
// output pixels of one image; see common/winograd_weight_gradient.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 2) const uint TILE_ROWS = 64u;
layout(constant_id = 3) const uint TILE_COLUMNS = 32u;
layout(constant_id = 4) const uint TILE_DEPTH = 4u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint run_weight_n;
};

#include "common/rectified.glsl"

uint input_channels() {
    return x_c;
}

uint input_height() {
    return x_h;
}

uint input_width() {
    return x_w;
}

uint part_of_channel(uint c) {
    return 0u;
}

float input_at(uint part, uint n, uint c, uint row, uint column) {
    return x[((n * x_c + c) * x_h + row) * x_w + column];
}

float meant(uint part, float pixel) {
    return RECTIFY == 1u ? rectified(pixel) : pixel;
}

#include "common/winograd_weight_gradient.glsl"

void main() {
    sum_run(run_weight_n / x_n);
}
