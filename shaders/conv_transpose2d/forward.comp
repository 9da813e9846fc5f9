#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// 2x2 transposed convolution with stride 2: y[n,k,2p+r,2q+s] = bias[k] + sum over c of weight[c,k,r,s] * x[n,c,p,q].
// The windows do not overlap. One invocation computes the 2x2 outputs of TILE_H rows x TILE_C output channels of one
// input column.
layout(local_size_x = 32, local_size_y = 2) in;

layout(constant_id = 0) const uint TILE_H = 4u;
layout(constant_id = 1) const uint TILE_C = 4u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

#include "common/rectified.glsl"

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint p0 = gl_GlobalInvocationID.y * TILE_H;
    uint channel_tiles = (y_c + TILE_C - 1u) / TILE_C;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint k0 = gl_WorkGroupID.z % channel_tiles * TILE_C;
    if (q >= x_w || p0 >= x_h)
        return;

    float sum[TILE_H * TILE_C * 4u];
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        float start = bias[min(k0 + j, y_c - 1u)];
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            [[unroll]] for (uint t = 0u; t < 4u; t++)
                sum[(i * TILE_C + j) * 4u + t] = start;
        }
    }

    for (uint c = 0u; c < x_c; c++) {
        float pixel[TILE_H];
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            float value = x[((n * x_c + c) * x_h + min(p0 + i, x_h - 1u)) * x_w + q];
            pixel[i] = RECTIFY == 1u ? rectified(value) : value;
        }
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            uint k = min(k0 + j, y_c - 1u);
            [[unroll]] for (uint t = 0u; t < 4u; t++) {
                float w = weight[(c * y_c + k) * 4u + t];
                [[unroll]] for (uint i = 0u; i < TILE_H; i++)
                    sum[(i * TILE_C + j) * 4u + t] += w * pixel[i];
            }
        }
    }

    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            if (k0 + j < y_c && p0 + i < x_h) {
                [[unroll]] for (uint r = 0u; r < 2u; r++) {
                    uint row = ((n * y_c + k0 + j) * x_h + p0 + i) * 2u + r;
                    [[unroll]] for (uint s = 0u; s < 2u; s++) {
                        float result = sum[(i * TILE_C + j) * 4u + r * 2u + s];
                        y[(row * x_w + q) * 2u + s] = RECTIFY_OUTPUT == 1u ? rectified(result) : result;
                    }
                }
            }
        }
    }
}
