// 3x3 convolution for processors: one subgroup of 8 lanes computes 8 output channels, one a lane, of TILE_H rows x
// TILE_W columns. A gather through a buffer address costs about as much as 20 multiply-adds there, so each one must serve many:
// one gather brings 8 neighbouring pixels of a row, which constant-lane broadcasts hand to all lanes, and one 64-bit
// gather brings two weights of each lane's channel. No barriers, no shared memory.
//
// The including file declares the buffer types Pixels { float pixels[]; }, WeightPairs { vec2 pairs[]; } and
// Result { float result[]; }. Weights are packed by conv2d/pack_*: [channel tile][input channel][tap pair][lane].

// Where `rectify` is set, the source counts as max(source, 0). Where `masked` is set, the result is 0 wherever `mask`, of the
// result's shape, is not positive.

const uint LANES = gl_WorkGroupSize.x;
const uint TAP_PAIRS = 5u; // 9 taps and one zero

struct Plane { uint channels; uint height; uint width; };

void convolve_tile(
    Pixels source, WeightPairs weights, Result destination, Pixels mask, Plane x, Plane y, uint padding, float start,
    bool rectify, bool masked) {
    uint lane = gl_LocalInvocationID.x;
    uint q0 = gl_WorkGroupID.x * TILE_W;
    uint p0 = gl_WorkGroupID.y * TILE_H;
    uint channel_tiles = (y.channels + LANES - 1u) / LANES;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint channel_tile = gl_WorkGroupID.z % channel_tiles;

    float sum[TILE_H * TILE_W];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_W; i++)
        sum[i] = start;

    // Columns outside wrap to large numbers: they are read at the edge, and count as 0 where there is padding.
    uint left = q0 + lane - padding;
    uint right = left + LANES;
    bool left_inside = left < x.width;
    bool right_inside = right < x.width;
    left = min(left, x.width - 1u);
    right = min(right, x.width - 1u);

    for (uint c = 0u; c < x.channels; c++) {
        vec2 pair[TAP_PAIRS];
        [[unroll]] for (uint t = 0u; t < TAP_PAIRS; t++)
            pair[t] = weights.pairs[((channel_tile * x.channels + c) * TAP_PAIRS + t) * LANES + lane];
        uint plane = (n * x.channels + c) * x.height;
        [[unroll]] for (uint i = 0u; i < TILE_H + 2u; i++) {
            uint row = p0 + i - padding;
            bool row_inside = row < x.height;
            uint line = (plane + min(row, x.height - 1u)) * x.width;
            float near = source.pixels[line + left];
            float far = source.pixels[line + right];
            if (padding > 0u) {
                near = row_inside && left_inside ? near : 0.0;
                far = row_inside && right_inside ? far : 0.0;
            }
            if (rectify) {
                near = max(near, 0.0);
                far = max(far, 0.0);
            }
            float pixel[2u * LANES];
            [[unroll]] for (uint j = 0u; j < LANES; j++) {
                pixel[j] = subgroupBroadcast(near, j);
                pixel[LANES + j] = subgroupBroadcast(far, j);
            }
            [[unroll]] for (uint r = 0u; r < 3u; r++) {
                if (i >= r && i - r < TILE_H) {
                    [[unroll]] for (uint s = 0u; s < 3u; s++) {
                        float weight = pair[(r * 3u + s) / 2u][(r * 3u + s) % 2u];
                        [[unroll]] for (uint j = 0u; j < TILE_W; j++)
                            sum[(i - r) * TILE_W + j] = fma(weight, pixel[j + s], sum[(i - r) * TILE_W + j]);
                    }
                }
            }
        }
    }

    uint channel = channel_tile * LANES + lane;
    if (channel >= y.channels)
        return;
    [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
        if (p0 + i < y.height) {
            uint line = ((n * y.channels + channel) * y.height + p0 + i) * y.width + q0;
            [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                if (q0 + j < y.width)
                    destination.result[line + j] = !masked || mask.pixels[line + j] > 0.0 ? sum[i * TILE_W + j] : 0.0;
            }
        }
    }
}
