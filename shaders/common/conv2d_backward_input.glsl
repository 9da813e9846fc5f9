#include "common/plane.glsl"
// Gradient of a convolution to what it reads, for all devices: one invocation computes TILE_H rows x TILE_C input channels of
// one column.
//
// The including file declares KERNEL, PADDING, TILE_H and TILE_C, the buffers weight and d_y, and
void store(uint n, uint c, uint row, uint column, float gradient); // within the input

void convolve_back(Plane input_plane, Plane output_plane) {
    uint w0 = gl_GlobalInvocationID.x;
    uint h0 = gl_GlobalInvocationID.y * TILE_H;
    uint channel_tiles = (input_plane.channels + TILE_C - 1u) / TILE_C;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint c0 = gl_WorkGroupID.z % channel_tiles * TILE_C;
    if (w0 >= input_plane.width || h0 >= input_plane.height)
        return;

    float sum[TILE_H * TILE_C];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_C; i++)
        sum[i] = 0.0;

    for (uint k = 0u; k < output_plane.channels; k++) {
        uint plane = (n * output_plane.channels + k) * output_plane.height;
        [[dont_unroll]] for (uint s = 0u; s < KERNEL; s++) {
            uint column = w0 + PADDING - s; // wraps below 0, which the comparison catches
            float gradient[TILE_H + KERNEL - 1u]; // rows h0 + PADDING - (KERNEL - 1) and on
            [[unroll]] for (uint i = 0u; i < TILE_H + KERNEL - 1u; i++) {
                uint row = h0 + PADDING + i - (KERNEL - 1u);
                uint place = (plane + min(row, output_plane.height - 1u)) * output_plane.width + min(column, output_plane.width - 1u);
                float at_place = d_y[place];
                gradient[i] = row < output_plane.height && column < output_plane.width ? at_place : 0.0;
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                uint c = min(c0 + j, input_plane.channels - 1u);
                [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                    float w = weight[((k * input_plane.channels + c) * KERNEL + r) * KERNEL + s];
                    [[unroll]] for (uint i = 0u; i < TILE_H; i++)
                        sum[i * TILE_C + j] += w * gradient[i + KERNEL - 1u - r];
                }
            }
        }
    }

    // A loop of one turn ends a block of code: a software driver's compiler takes much longer for one long block.
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        for (uint c = c0 + j; c < min(c0 + j + 1u, input_plane.channels); c++) {
            [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
                if (h0 + i < input_plane.height)
                    store(n, c, h0 + i, w0, sum[i * TILE_C + j]);
            }
        }
    }
}
