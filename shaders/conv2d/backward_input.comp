#version 460
#extension GL_EXT_control_flow_attributes : require
// Gradient of a convolution to its input, the adjoint of conv2d/forward:
// d_x[n,c,h,w] = sum over k,r,s of weight[k,c,r,s] * d_y[n,k,h+PADDING-r,w+PADDING-s], terms outside d_y being 0.
// One invocation computes TILE_H rows x TILE_C input channels of one column.
layout(local_size_x = 32, local_size_y = 2) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint TILE_H = 8u;
layout(constant_id = 3) const uint TILE_C = 8u;
layout(constant_id = 4) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0

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

void main() {
    uint w0 = gl_GlobalInvocationID.x;
    uint h0 = gl_GlobalInvocationID.y * TILE_H;
    uint channel_tiles = (x_c + TILE_C - 1u) / TILE_C;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint c0 = gl_WorkGroupID.z % channel_tiles * TILE_C;
    if (w0 >= x_w || h0 >= x_h)
        return;

    float sum[TILE_H * TILE_C];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_C; i++)
        sum[i] = 0.0;

    for (uint k = 0u; k < y_c; k++) {
        uint plane = (n * y_c + k) * y_h;
        [[unroll]] for (uint s = 0u; s < KERNEL; s++) {
            uint column = w0 + PADDING - s; // wraps below 0, which the comparison catches
            float gradient[TILE_H + KERNEL - 1u]; // rows h0 + PADDING - (KERNEL - 1) and on
            [[unroll]] for (uint i = 0u; i < TILE_H + KERNEL - 1u; i++) {
                uint row = h0 + PADDING + i - (KERNEL - 1u);
                gradient[i] = row < y_h && column < y_w ? d_y[(plane + row) * y_w + column] : 0.0;
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                uint c = min(c0 + j, x_c - 1u);
                [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                    float w = weight[((k * x_c + c) * KERNEL + r) * KERNEL + s];
                    [[unroll]] for (uint i = 0u; i < TILE_H; i++)
                        sum[i * TILE_C + j] += w * gradient[i + KERNEL - 1u - r];
                }
            }
        }
    }

    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            uint at = ((n * x_c + c0 + j) * x_h + h0 + i) * x_w + w0;
            if (c0 + j < x_c && h0 + i < x_h)
                d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? sum[i * TILE_C + j] : 0.0;
        }
    }
}
