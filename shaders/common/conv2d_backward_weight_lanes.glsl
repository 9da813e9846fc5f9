#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
// Gradient of a 3x3 convolution to its weight and bias, first half, for processors with subgroups of 8 or 16: sums over one run
// of output rows of one image. One workgroup computes all taps of TILE_C input channels of 16 output channels, one a lane. It
// walks down strips of 14 columns: d_y is gathered pixel by pixel for all lanes, x row by row, a subgroup of pixels a gather,
// and handed to all lanes by constant-lane broadcasts. The last three rows of x stay in registers.
//
// The including file declares SUBGROUP_SIZE, PADDING and TILE_C, the buffer type Pixels { float pixels[]; }, d_y of that type,
// and partial and partial_bias of a type Sums { float sums[]; }; its workgroups are of 16 invocations. It says where channels
// of x lie:
Channel source_of(uint n, uint c);

const uint CHANNELS = gl_WorkGroupSize.x;
const uint TILE_W = 14u;
const uint GATHERS = 16u / SUBGROUP_SIZE; // for 16 pixels, of which a kernel 3 wide uses 2 beyond the strip

// One lane's pixel of one run of a row of x; 0 outside.
float pixel_of(Channel channel, Plane x, uint row, uint column) {
    float pixel = channel.pixels.pixels[channel.first + min(row, x.height - 1u) * channel.stride + min(column, x.width - 1u)];
    if (PADDING > 0u)
        pixel = row < x.height && column < x.width ? pixel : 0.0;
    return channel.rectify ? max(pixel, 0.0) : pixel;
}

// The workgroup's part of the sums over `splits` runs of each image's rows.
void sum_products(Plane x, Plane y, uint splits) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (k - lane >= y.channels)
        return; // nothing to do for the whole subgroup
    uint k_inside = min(k, y.channels - 1u);
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    uint n = split / splits;
    uint first_row = split % splits * y.height / splits;
    uint end_row = (split % splits + 1u) * y.height / splits;

    float sum[TILE_C * 9u];
    [[unroll]] for (uint i = 0u; i < TILE_C * 9u; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint q0 = 0u; q0 < y.width; q0 += TILE_W) {
        uint column = q0 + lane - PADDING; // wraps below 0, which pixel_of catches
        float rows[TILE_C * 3u * GATHERS]; // [channel][row][run]
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            Channel channel = source_of(n, min(c0 + j, x.channels - 1u));
            [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                rows[(j * 3u + 1u) * GATHERS + g] = pixel_of(channel, x, first_row - PADDING, column + g * SUBGROUP_SIZE);
                rows[(j * 3u + 2u) * GATHERS + g] = pixel_of(channel, x, first_row + 1u - PADDING, column + g * SUBGROUP_SIZE);
            }
        }
        for (uint p = first_row; p < end_row; p++) {
            float gradient[TILE_W];
            uint line = ((n * y.channels + k_inside) * y.height + p) * y.width;
            [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                gradient[i] = q0 + i < y.width ? d_y.pixels[line + min(q0 + i, y.width - 1u)] : 0.0;
                sum_bias += gradient[i];
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                Channel channel = source_of(n, min(c0 + j, x.channels - 1u));
                [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                    rows[j * 3u * GATHERS + g] = rows[(j * 3u + 1u) * GATHERS + g];
                    rows[(j * 3u + 1u) * GATHERS + g] = rows[(j * 3u + 2u) * GATHERS + g];
                    rows[(j * 3u + 2u) * GATHERS + g] = pixel_of(channel, x, p + 2u - PADDING, column + g * SUBGROUP_SIZE);
                }
                // The nine sums of a channel take turns, so that no multiply-add waits for the one before it.
                [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                    [[unroll]] for (uint t = 0u; t < 9u; t++) {
                        uint at = i + t % 3u;
                        float pixel = subgroupBroadcast(rows[(j * 3u + t / 3u) * GATHERS + at / SUBGROUP_SIZE], at % SUBGROUP_SIZE);
                        sum[j * 9u + t] = fma(gradient[i], pixel, sum[j * 9u + t]);
                    }
                }
            }
        }
    }

    if (k >= y.channels)
        return;
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint t = 0u; t < 9u; t++) {
            if (c0 + j < x.channels)
                partial.sums[((split * y.channels + k) * x.channels + c0 + j) * 9u + t] = sum[j * 9u + t];
        }
    }
    if (c0 == 0u)
        partial_bias.sums[split * y.channels + k] = sum_bias;
}
