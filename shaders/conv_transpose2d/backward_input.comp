#version 460
#extension GL_EXT_control_flow_attributes : require
// Gradient of the 2x2 stride-2 transposed convolution to its input:
// d_x[n,c,p,q] = sum over k,r,s of weight[c,k,r,s] * d_y[n,k,2p+r,2q+s].
// One invocation computes TILE_H rows x TILE_C input channels of one column.
layout(local_size_x = 32, local_size_y = 2) in;

layout(constant_id = 0) const uint TILE_H = 4u;
layout(constant_id = 1) const uint TILE_C = 8u;
layout(constant_id = 2) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0

layout(set = 0, binding = 0, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(set = 0, binding = 3, std430) readonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
};

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint p0 = gl_GlobalInvocationID.y * TILE_H;
    uint channel_tiles = (x_c + TILE_C - 1u) / TILE_C;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint c0 = gl_WorkGroupID.z % channel_tiles * TILE_C;
    if (q >= x_w || p0 >= x_h)
        return;

    float sum[TILE_H * TILE_C];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_C; i++)
        sum[i] = 0.0;

    for (uint k = 0u; k < y_c; k++) {
        float gradient[TILE_H * 4u];
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            [[unroll]] for (uint r = 0u; r < 2u; r++) {
                uint row = ((n * y_c + k) * x_h + min(p0 + i, x_h - 1u)) * 2u + r;
                gradient[i * 4u + r * 2u] = d_y[(row * x_w + q) * 2u];
                gradient[i * 4u + r * 2u + 1u] = d_y[(row * x_w + q) * 2u + 1u];
            }
        }
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            uint c = min(c0 + j, x_c - 1u);
            [[unroll]] for (uint t = 0u; t < 4u; t++) {
                float w = weight[(c * y_c + k) * 4u + t];
                [[unroll]] for (uint i = 0u; i < TILE_H; i++)
                    sum[i * TILE_C + j] += w * gradient[i * 4u + t];
            }
        }
    }

    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
            uint at = ((n * x_c + c0 + j) * x_h + p0 + i) * x_w + q;
            if (c0 + j < x_c && p0 + i < x_h)
                d_x[at] = RECTIFY == 0u || x[at] > 0.0 ? sum[i * TILE_C + j] : 0.0;
        }
    }
}
