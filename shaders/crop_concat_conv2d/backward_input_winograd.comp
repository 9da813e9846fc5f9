#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the convolution of a concatenation to its two parts, for GPUs: of the skip connection that within the crop, around
// which crop_concat_conv2d/clear_border sets 0; see common/winograd_convolution.glsl.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint RECTIFY_SKIP = 0u; // not 0: skip counted as max(skip, 0), whose derivative is 0 up to 0
layout(constant_id = 2) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 3) const uint TILE_ROWS = 64u;
layout(constant_id = 4) const uint TILE_COLUMNS = 32u;
layout(constant_id = 5) const uint TILE_DEPTH = 4u;

layout(set = 0, binding = 0, std430) readonly buffer TransformedWeight { vec4 transformed_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DSkip { float d_skip[]; };
layout(set = 0, binding = 3, std430) writeonly buffer DUpsampled { float d_upsampled[]; };
layout(set = 0, binding = 4, std430) readonly buffer Skip { float skip[]; };
layout(set = 0, binding = 5, std430) readonly buffer Upsampled { float upsampled[]; };
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

uint source_channels() {
    return y_c;
}

uint source_height() {
    return y_h;
}

uint source_width() {
    return y_w;
}

uint margin() {
    return 2u - PADDING;
}

uint target_channels() {
    return skip_c + upsampled_c;
}

uint target_height() {
    return upsampled_h;
}

uint target_width() {
    return upsampled_w;
}

uint part_of_channel(uint k) {
    return 0u;
}

float source_at(uint part, uint k, uint row, uint column) {
    return d_y[(gl_WorkGroupID.z * y_c + k) * (y_h * y_w) + row * y_w + column];
}

float meant(uint part, float gradient) {
    return gradient;
}

float addend(uint c) {
    return 0.0;
}

bool is_cut(uint c, uint row, uint column) {
    Part part = part_of(c);
    if (part.is_skip)
        return RECTIFY_SKIP > 0u && !(skip[place_in_skip(gl_WorkGroupID.z, part.channel, row, column)] > 0.0);
    return RECTIFY_UPSAMPLED > 0u && !(upsampled[place_in_upsampled(gl_WorkGroupID.z, part.channel, row, column)] > 0.0);
}

#include "common/winograd_convolution.glsl"

void store(uint c, uint row, uint column, float result) {
    Part part = part_of(c);
    if (part.is_skip)
        d_skip[place_in_skip(gl_WorkGroupID.z, part.channel, row, column)] = result;
    else
        d_upsampled[place_in_upsampled(gl_WorkGroupID.z, part.channel, row, column)] = result;
}

void main() {
    convolve();
}
