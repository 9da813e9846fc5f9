#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the convolution of a concatenation to its two parts as a matrix product, for GPUs, the adjoint of
// crop_concat_conv2d/forward_gemm; of the skip connection that within the crop, around which crop_concat_conv2d/clear_border sets 0.
// One workgroup computes TILE_ROWS channels of the concatenation of TILE_COLUMNS neighbouring pixels of one image; see
// common/gemm_conv2d_backward_input.glsl.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY_SKIP = 0u; // not 0: skip counted as max(skip, 0), whose derivative is 0 up to 0
layout(constant_id = 3) const uint RECTIFY_UPSAMPLED = 0u;
layout(constant_id = 4) const uint TILE_ROWS = 64u;
layout(constant_id = 5) const uint TILE_COLUMNS = 64u;
layout(constant_id = 6) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 7) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 8) const uint TILE_C = 2u;
layout(constant_id = 9) const uint TILE_WHOLE = 0u; // 1: input channels and depth are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
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

uint input_channels() {
    return skip_c + upsampled_c;
}

uint input_height() {
    return upsampled_h;
}

uint input_width() {
    return upsampled_w;
}

#include "common/gemm_conv2d_backward_input.glsl"

void store(uint c, uint pixel, float sum) {
    if (c >= input_channels() || pixel >= upsampled_h * upsampled_w)
        return;
    Part part = part_of(c);
    uint row = pixel / upsampled_w;
    uint column = pixel % upsampled_w;
    if (part.is_skip) {
        uint at = place_in_skip(gl_WorkGroupID.z, part.channel, row, column);
        d_skip[at] = RECTIFY_SKIP == 0u || skip[at] > 0.0 ? sum : 0.0;
    } else {
        uint at = place_in_upsampled(gl_WorkGroupID.z, part.channel, row, column);
        d_upsampled[at] = RECTIFY_UPSAMPLED == 0u || upsampled[at] > 0.0 ? sum : 0.0;
    }
}

void main() {
    convolve_back();
}
