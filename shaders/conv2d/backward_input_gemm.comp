#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its input as a matrix product, for GPUs; see common/gemm_conv2d_backward_input.glsl:
// d_x[n,c,h,w] = sum over k,r,s of weight[k,c,KERNEL-1-r,KERNEL-1-s] * d_y[n,k,h+PADDING-(KERNEL-1)+r,w+PADDING-(KERNEL-1)+s],
// terms outside d_y being 0: a convolution of d_y with the kernels turned by 180 degrees.
// One workgroup computes TILE_ROWS input channels of TILE_COLUMNS neighbouring pixels of one image.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 3) const uint TILE_ROWS = 64u;
layout(constant_id = 4) const uint TILE_COLUMNS = 64u;
layout(constant_id = 5) const uint TILE_ROWS_EACH = 8u;
layout(constant_id = 6) const uint TILE_COLUMNS_EACH = 4u;
layout(constant_id = 7) const uint TILE_C = 2u;
layout(constant_id = 8) const uint TILE_WHOLE = 0u; // 1: input channels and depth are whole tiles, so that nothing lies beyond

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
};

uint input_channels() {
    return x_c;
}

uint input_height() {
    return x_h;
}

uint input_width() {
    return x_w;
}

#include "common/gemm_conv2d_backward_input.glsl"

void store(uint c, uint pixel, float sum) {
    uint at = (gl_WorkGroupID.z * x_c + c) * (x_h * x_w) + pixel;
    if ((TILE_WHOLE == 1u || c < x_c) && pixel < x_h * x_w)
        d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? sum : 0.0;
}

void main() {
    convolve_back();
}
