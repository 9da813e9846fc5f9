// Gradient of a 3x3 convolution to its weight and bias for processors, first half: the sums over one run of output rows of one
// image, of all taps of TILE_C input channels of 16 output channels, one a lane; two subgroups of 8 lanes or one of 16.
// common/conv2d_lanes.glsl says what things cost there. The kernel walks down strips of STRIP_W columns, two rows at a time: each
// lane gathers its channel's gradients; pixels are gathered for all lanes, and each is broadcast once for its products with all
// the gradients in whose windows it lies. Of the four rows of pixels, two stay from the step before.
//
// The including file includes conv2d_single_pixels.glsl or conv2d_pixel_pairs.glsl, and declares SUBGROUP_SIZE, PADDING, TILE_C,
// the buffer type Pixels, d_y of that type, and partial and partial_bias of a type Sums { float sums[]; }; its workgroups are of
// 16 invocations. It says where channels of x lie:
#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
#include "common/rectified.glsl"

Channel source_of(uint n, uint c);

const uint CHANNELS = gl_WorkGroupSize.x;
const uint STRIP_W = 14u;

// Loads start at multiples of PIXELS_PER_LOAD, so where the padding is odd, the first pixel of a pair is not used.
const uint UNUSED = PADDING % PIXELS_PER_LOAD;
const uint ROW_LOADS = (UNUSED + STRIP_W + 2u + PIXELS_PER_LOAD - 1u) / PIXELS_PER_LOAD;
const uint GATHERS = (2u * ROW_LOADS + SUBGROUP_SIZE - 1u) / SUBGROUP_SIZE; // for two rows of a channel
const uint GRADIENT_LOADS = STRIP_W / PIXELS_PER_LOAD; // for one row

// What a lane loads of the two rows of a channel from `row` on; 0 outside.
vec2 pixels_of(Channel channel, Plane x, uint row, uint q0, uint gather) {
    uint load = gather * SUBGROUP_SIZE + gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint h = row + load / ROW_LOADS; // above the first row and before the first column, numbers wrap to large ones
    uint w = q0 + load % ROW_LOADS * PIXELS_PER_LOAD - UNUSED - PADDING;
    uint at = channel.first + min(h, x.height - 1u) * channel.stride + min(w, x.width - PIXELS_PER_LOAD);
    vec2 pixels = load_pixels(channel.pixels, at / PIXELS_PER_LOAD);
    if (PADDING > 0u)
        pixels = h < x.height && w < x.width ? pixels : vec2(0.0);
    return channel.rectify ? rectified(pixels) : pixels;
}

// The workgroup's part of the sums over `splits` runs of each image's rows.
void sum_products(Plane x, Plane y, uint splits) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (k - lane >= y.channels)
        return; // nothing to do for the whole subgroup
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    uint n = split / splits;
    uint first_row = split % splits * y.height / splits;
    uint end_row = (split % splits + 1u) * y.height / splits;
    uint plane = (n * y.channels + min(k, y.channels - 1u)) * y.height;

    float sum[TILE_C * 9u];
    [[unroll]] for (uint i = 0u; i < TILE_C * 9u; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint q0 = 0u; q0 < y.width; q0 += STRIP_W) {
        vec2 above[TILE_C * GATHERS];
        [[unroll]] for (uint c = 0u; c < TILE_C; c++) {
            Channel channel = source_of(n, min(c0 + c, x.channels - 1u));
            [[unroll]] for (uint g = 0u; g < GATHERS; g++)
                above[c * GATHERS + g] = pixels_of(channel, x, first_row - PADDING, q0, g);
        }
        for (uint p = first_row; p < end_row; p += 2u) {
            vec2 gathered[2u * GRADIENT_LOADS];
            [[unroll]] for (uint i = 0u; i < 2u * GRADIENT_LOADS; i++) {
                uint row = p + i / GRADIENT_LOADS;
                uint q = q0 + i % GRADIENT_LOADS * PIXELS_PER_LOAD;
                uint line = (plane + min(row, y.height - 1u)) * y.width;
                gathered[i] = load_pixels(d_y, (line + min(q, y.width - PIXELS_PER_LOAD)) / PIXELS_PER_LOAD);
                gathered[i] = row < end_row && q < y.width ? gathered[i] : vec2(0.0);
            }
            vec2 below[TILE_C * GATHERS];
            [[unroll]] for (uint c = 0u; c < TILE_C; c++) {
                Channel channel = source_of(n, min(c0 + c, x.channels - 1u));
                [[unroll]] for (uint g = 0u; g < GATHERS; g++)
                    below[c * GATHERS + g] = pixels_of(channel, x, p + 2u - PADDING, q0, g);
            }

            float gradient[2u * STRIP_W];
            [[unroll]] for (uint i = 0u; i < 2u * STRIP_W; i++) {
                gradient[i] = gathered[i / PIXELS_PER_LOAD][i % PIXELS_PER_LOAD];
                sum_bias += gradient[i];
            }
            [[unroll]] for (uint c = 0u; c < TILE_C; c++) {
                [[unroll]] for (uint h = 0u; h < 4u; h++) {
                    [[unroll]] for (uint w = 0u; w < STRIP_W + 2u; w++) {
                        uint load = h % 2u * ROW_LOADS + (UNUSED + w) / PIXELS_PER_LOAD;
                        uint at = c * GATHERS + load / SUBGROUP_SIZE;
                        vec2 pixels = h < 2u ? above[at] : below[at];
                        float pixel = subgroupBroadcast(pixels[(UNUSED + w) % PIXELS_PER_LOAD], load % SUBGROUP_SIZE);
                        [[unroll]] for (uint t = 0u; t < 9u; t++) {
                            uint row = h - t / 3u; // of the two; wraps to large numbers outside
                            uint column = w - t % 3u;
                            if (row < 2u && column < STRIP_W)
                                sum[c * 9u + t] = fma(gradient[row * STRIP_W + column], pixel, sum[c * 9u + t]);
                        }
                    }
                }
            }
            [[unroll]] for (uint i = 0u; i < TILE_C * GATHERS; i++)
                above[i] = below[i];
        }
    }

    if (k >= y.channels)
        return;
    [[unroll]] for (uint c = 0u; c < TILE_C; c++) {
        [[unroll]] for (uint t = 0u; t < 9u; t++) {
            if (c0 + c < x.channels)
                partial.sums[((split * y.channels + k) * x.channels + c0 + c) * 9u + t] = sum[c * 9u + t];
        }
    }
    if (c0 == 0u)
        partial_bias.sums[split * y.channels + k] = sum_bias;
}
