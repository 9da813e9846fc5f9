#include "common/plane.glsl"
// Gradient of a convolution to its weight and bias for all devices, first half: sums over one run of output rows of one image.
// One invocation computes all taps of TILE_C input channels of one output channel. Neighbouring invocations take
// neighbouring output channels, so that x is the same for all of them and nothing is reduced across invocations.
//
// The including file declares KERNEL, PADDING and TILE_C, the buffers d_y, partial and partial_bias, and
float pixel_at(uint n, uint c, uint row, uint column); // of what was convolved; 0 outside, where numbers below 0 wrap

// The workgroup's part of the sums over `splits` runs of each image's rows.
void sum_products(uint input_channels, Plane output_plane, uint splits) {
    uint k = gl_GlobalInvocationID.x;
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    if (k >= output_plane.channels)
        return;
    uint n = split / splits;
    uint first_row = split % splits * output_plane.height / splits;
    uint end_row = (split % splits + 1u) * output_plane.height / splits;

    float sum[TILE_C * KERNEL * KERNEL];
    [[unroll]] for (uint i = 0u; i < TILE_C * KERNEL * KERNEL; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint p = first_row; p < end_row; p++) {
        // The window of x slides along the row: only its last column is loaded anew.
        float window[TILE_C * KERNEL * KERNEL];
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                [[unroll]] for (uint s = 1u; s < KERNEL; s++) {
                    window[(j * KERNEL + r) * KERNEL + s]
                        = pixel_at(n, min(c0 + j, input_channels - 1u), p + r - PADDING, s - 1u - PADDING);
                }
            }
        }
        uint line = ((n * output_plane.channels + k) * output_plane.height + p) * output_plane.width;
        for (uint q = 0u; q < output_plane.width; q++) {
            float gradient = d_y[line + q];
            sum_bias += gradient;
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
                    uint row = (j * KERNEL + r) * KERNEL;
                    [[unroll]] for (uint s = 1u; s < KERNEL; s++)
                        window[row + s - 1u] = window[row + s];
                    window[row + KERNEL - 1u]
                        = pixel_at(n, min(c0 + j, input_channels - 1u), p + r - PADDING, q + KERNEL - 1u - PADDING);
                    [[unroll]] for (uint s = 0u; s < KERNEL; s++)
                        sum[row + s] += gradient * window[row + s];
                }
            }
        }
    }

    // A loop of one turn ends a block of code: a software driver's compiler takes much longer for one long block.
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        for (uint c = c0 + j; c < min(c0 + j + 1u, input_channels); c++) {
            uint kernel = (split * output_plane.channels + k) * input_channels + c;
            [[unroll]] for (uint t = 0u; t < KERNEL * KERNEL; t++)
                partial[kernel * KERNEL * KERNEL + t] = sum[j * KERNEL * KERNEL + t];
        }
    }
    if (c0 == 0u)
        partial_bias[split * output_plane.channels + k] = sum_bias;
}
