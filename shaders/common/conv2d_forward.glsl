#include "common/plane.glsl"
#include "common/rectified.glsl"
// Convolution for all devices: one invocation computes TILE_H rows x TILE_C output channels of one column; neighbouring
// invocations take neighbouring columns, so that loads of x are contiguous across them and the weights are the same for all.
//
// The including file declares KERNEL, PADDING, TILE_H, TILE_C and RECTIFY_OUTPUT, the buffers weight, bias and y, and
float pixel_at(uint n, uint c, uint row, uint column); // of what is convolved; 0 outside, where numbers below 0 wrap

void convolve(uint input_channels, Plane output_plane) {
    uint q = gl_GlobalInvocationID.x;
    uint p0 = gl_GlobalInvocationID.y * TILE_H;
    uint channel_tiles = (output_plane.channels + TILE_C - 1u) / TILE_C;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint k0 = gl_WorkGroupID.z % channel_tiles * TILE_C;
    if (q >= output_plane.width || p0 >= output_plane.height)
        return;

    float sum[TILE_H * TILE_C];
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        float start = bias[min(k0 + j, output_plane.channels - 1u)];
        [[unroll]] for (uint i = 0u; i < TILE_H; i++)
            sum[i * TILE_C + j] = start;
    }

    for (uint c = 0u; c < input_channels; c++) {
        [[dont_unroll]] for (uint s = 0u; s < KERNEL; s++) {
            float pixel[TILE_H + KERNEL - 1u];
            [[unroll]] for (uint i = 0u; i < TILE_H + KERNEL - 1u; i++)
                pixel[i] = pixel_at(n, c, p0 + i - PADDING, q + s - PADDING);
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                uint k = min(k0 + j, output_plane.channels - 1u);
                [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                    float w = weight[((k * input_channels + c) * KERNEL + r) * KERNEL + s];
                    [[unroll]] for (uint i = 0u; i < TILE_H; i++)
                        sum[i * TILE_C + j] += w * pixel[i + r];
                }
            }
        }
    }

    // A loop of one turn ends a block of code: a software driver's compiler takes much longer for one long block.
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        for (uint k = k0 + j; k < min(k0 + j + 1u, output_plane.channels); k++) {
            uint plane = (n * output_plane.channels + k) * output_plane.height;
            [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
                float result = RECTIFY_OUTPUT == 1u ? rectified(sum[i * TILE_C + j]) : sum[i * TILE_C + j];
                if (p0 + i < output_plane.height)
                    y[(plane + p0 + i) * output_plane.width + q] = result;
            }
        }
    }
}
