#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of the 2x2 stride-2 transposed convolution to its weight and bias, first half: sums over one run of input
// rows of one image.
// partial[split,c,k,r,s] = sum over p in the run, q of x[n,c,p,q] * d_y[n,k,2p+r,2q+s]
// partial_bias[split,k]  = sum over p in the run, q, r, s of d_y[n,k,2p+r,2q+s]
// One invocation computes the four taps of TILE_C input channels of one output channel; neighbouring invocations take
// neighbouring output channels, so that x is the same for all of them.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint TILE_C = 8u;
layout(constant_id = 1) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already

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
    uint partial_n;
};

#include "common/rectified.glsl"

void main() {
    uint k = gl_GlobalInvocationID.x;
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    if (k >= y_c)
        return;
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint first_row = split % splits * x_h / splits;
    uint end_row = (split % splits + 1u) * x_h / splits;

    float sum[TILE_C * 4u];
    [[unroll]] for (uint i = 0u; i < TILE_C * 4u; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint p = first_row; p < end_row; p++) {
        for (uint q = 0u; q < x_w; q++) {
            float gradient[4];
            [[unroll]] for (uint t = 0u; t < 4u; t++) {
                gradient[t] = d_y[(((n * y_c + k) * x_h + p) * 2u + t / 2u) * x_w * 2u + q * 2u + t % 2u];
                sum_bias += gradient[t];
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                float pixel = x[((n * x_c + min(c0 + j, x_c - 1u)) * x_h + p) * x_w + q];
                if (RECTIFY == 1u)
                    pixel = rectified(pixel);
                [[unroll]] for (uint t = 0u; t < 4u; t++)
                    sum[j * 4u + t] += pixel * gradient[t];
            }
        }
    }

    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint t = 0u; t < 4u; t++) {
            if (c0 + j < x_c)
                partial[((split * x_c + c0 + j) * y_c + k) * 4u + t] = sum[j * 4u + t];
        }
    }
    if (c0 == 0u)
        partial_bias[split * y_c + k] = sum_bias;
}
