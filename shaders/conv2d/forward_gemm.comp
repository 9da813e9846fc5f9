#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Convolution as a matrix product, for GPUs; see common/gemm_conv2d_forward.glsl:
// y[n,k,p,q] = bias[k] + sum over c,r,s of weight[k,c,r,s] * x[n,c,p+r-PADDING,q+s-PADDING].
// One workgroup computes TILE_ROWS output channels of TILE_COLUMNS neighbouring pixels of one image.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored
layout(constant_id = 4) const uint TILE_ROWS = 64u;
layout(constant_id = 5) const uint TILE_COLUMNS = 64u;
layout(constant_id = 6) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 7) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 8) const uint TILE_C = 2u;
layout(constant_id = 9) const uint TILE_WHOLE = 0u; // 1: output channels and depth are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

#include "common/rectified.glsl"

uint input_channels() {
    return x_c;
}

float pixel_at(uint n, uint c, uint row, uint column) {
    bool inside = PADDING == 0u || (row < x_h && column < x_w);
    float pixel = inside ? x[((n * x_c + c) * x_h + row) * x_w + column] : 0.0;
    return RECTIFY == 1u ? rectified(pixel) : pixel;
}

#include "common/gemm_conv2d_forward.glsl"

void main() {
    convolve();
}
