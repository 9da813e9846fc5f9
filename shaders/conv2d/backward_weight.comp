#version 460
#extension GL_EXT_control_flow_attributes : require
// Gradient of a convolution to its weight and bias, first half: sums over one run of output rows of one image.
// partial[split,k,c,r,s] = sum over p in the run, q of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// partial_bias[split,k]  = sum over p in the run, q of d_y[n,k,p,q]
// One invocation computes all taps of TILE_C input channels of one output channel. Neighbouring invocations take
// neighbouring output channels, so that x is the same for all of them and nothing is reduced across invocations.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_C = 4u;
layout(constant_id = 3) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Partial { float partial[]; };
layout(set = 0, binding = 3, std430) writeonly buffer PartialBias { float partial_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint partial_n;
};

float pixel_at(uint n, uint c, uint row, uint column) {
    float pixel = row < x_h && column < x_w ? x[((n * x_c + c) * x_h + row) * x_w + column] : 0.0;
    return RECTIFY == 1u ? max(pixel, 0.0) : pixel;
}

void main() {
    uint k = gl_GlobalInvocationID.x;
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    if (k >= y_c)
        return;
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint first_row = split % splits * y_h / splits;
    uint end_row = (split % splits + 1u) * y_h / splits;

    float sum[TILE_C * KERNEL * KERNEL];
    [[unroll]] for (uint i = 0u; i < TILE_C * KERNEL * KERNEL; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint p = first_row; p < end_row; p++) {
        // The window of x slides along the row: only its last column is loaded anew.
        float window[TILE_C * KERNEL * KERNEL];
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                [[unroll]] for (uint s = 1u; s < KERNEL; s++)
                    window[(j * KERNEL + r) * KERNEL + s] = pixel_at(n, min(c0 + j, x_c - 1u), p + r - PADDING, s - 1u - PADDING);
            }
        }
        for (uint q = 0u; q < y_w; q++) {
            float gradient = d_y[((n * y_c + k) * y_h + p) * y_w + q];
            sum_bias += gradient;
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                    uint row = (j * KERNEL + r) * KERNEL;
                    [[unroll]] for (uint s = 1u; s < KERNEL; s++)
                        window[row + s - 1u] = window[row + s];
                    window[row + KERNEL - 1u] = pixel_at(n, min(c0 + j, x_c - 1u), p + r - PADDING, q + KERNEL - 1u - PADDING);
                    [[unroll]] for (uint s = 0u; s < KERNEL; s++)
                        sum[row + s] += gradient * window[row + s];
                }
            }
        }
    }

    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint t = 0u; t < KERNEL * KERNEL; t++) {
            if (c0 + j < x_c)
                partial[((split * y_c + k) * x_c + c0 + j) * KERNEL * KERNEL + t] = sum[j * KERNEL * KERNEL + t];
        }
    }
    if (c0 == 0u)
        partial_bias[split * y_c + k] = sum_bias;
}
