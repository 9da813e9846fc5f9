#version 460
#extension GL_EXT_control_flow_attributes : require
// Convolution: y[n,k,p,q] = bias[k] + sum over c,r,s of weight[k,c,r,s] * x[n,c,p+r-PADDING,q+s-PADDING].
// One invocation computes TILE_H rows x TILE_C output channels of one column; neighbouring invocations take
// neighbouring columns, so that loads of x are contiguous across them and the weights are the same for all.
layout(local_size_x = 32, local_size_y = 2) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_H = 8u;
layout(constant_id = 3) const uint TILE_C = 8u;
layout(constant_id = 4) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 5) const uint RECTIFY_OUTPUT = 0u; // 1: max(y, 0) is stored

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

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint p0 = gl_GlobalInvocationID.y * TILE_H;
    uint channel_tiles = (y_c + TILE_C - 1u) / TILE_C;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint k0 = gl_WorkGroupID.z % channel_tiles * TILE_C;
    if (q >= y_w || p0 >= y_h)
        return;

    float sum[TILE_H * TILE_C];
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        float start = bias[min(k0 + j, y_c - 1u)];
        [[unroll]] for (uint i = 0u; i < TILE_H; i++)
            sum[i * TILE_C + j] = start;
    }

    for (uint c = 0u; c < x_c; c++) {
        uint plane = (n * x_c + c) * x_h;
        [[unroll]] for (uint s = 0u; s < KERNEL; s++) {
            uint column = q + s - PADDING; // wraps below 0, which the comparison catches
            float pixel[TILE_H + KERNEL - 1u];
            [[unroll]] for (uint i = 0u; i < TILE_H + KERNEL - 1u; i++) {
                uint row = p0 + i - PADDING;
                pixel[i] = row < x_h && column < x_w ? x[(plane + row) * x_w + column] : 0.0;
                if (RECTIFY == 1u)
                    pixel[i] = max(pixel[i], 0.0);
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                uint k = min(k0 + j, y_c - 1u);
                [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                    float w = weight[((k * x_c + c) * KERNEL + r) * KERNEL + s];
                    [[unroll]] for (uint i = 0u; i < TILE_H; i++)
                        sum[i * TILE_C + j] += w * pixel[i + r];
                }
            }
        }
    }

    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            float result = RECTIFY_OUTPUT == 1u ? max(sum[i * TILE_C + j], 0.0) : sum[i * TILE_C + j];
            if (k0 + j < y_c && p0 + i < y_h)
                y[((n * y_c + k0 + j) * y_h + p0 + i) * y_w + q] = result;
        }
    }
}
