// 3x3 convolution for processors: a workgroup computes 16 output channels, one a lane, of TILE_H rows x TILE_W columns; it is
// two subgroups of 8 lanes or one of 16. No barriers, no shared memory. What things cost there, and what follows:
//
// - A gather through a buffer address takes as long as some 25 multiply-adds, however near the addresses lie, and no longer
//   for 64 bits than for 32. So each must serve many: it brings PIXELS_PER_LOAD neighbouring pixels to each lane, of all rows of
//   the tile, which constant-lane broadcasts hand to all lanes; weights come two at a time.
// - All gathers of a channel stand together, so that their cache misses overlap.
// - There are 32 vector registers at most. A run of SUMS_AT_ONCE sums takes all nine taps before it makes room for the next.
// - Tiles of channels are the grid's first dimension: the pixels that one of them reads are in the cache for the next.
//
// The including file includes conv2d_packing.glsl and conv2d_single_pixels.glsl or conv2d_pixel_pairs.glsl; it declares
// SUBGROUP_SIZE, TILE_H, TILE_W, SOURCE_PADDING (rows and columns of zeros before the source) and the buffer types Pixels,
// WeightPairs { uint64_t pairs[]; } and Result, with store_pixels(Result, index of a load, pixels), and says where channels lie.
// Its workgroups are of CHANNELS invocations.

#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
#include "common/conv2d_target.glsl"
#include "common/rectified.glsl"

Channel source_of(uint n, uint c);
Target target_of(uint n, uint channel);

const uint SUMS_AT_ONCE = 7u;

// Loads start at multiples of PIXELS_PER_LOAD, so where the padding is odd, the first pixel of a pair is not used.
const uint UNUSED = SOURCE_PADDING % PIXELS_PER_LOAD;
const uint ROW_LOADS = (UNUSED + TILE_W + 2u + PIXELS_PER_LOAD - 1u) / PIXELS_PER_LOAD;
const uint ROW_PIXELS = ROW_LOADS * PIXELS_PER_LOAD;
const uint GATHERS = ((TILE_H + 2u) * ROW_LOADS + SUBGROUP_SIZE - 1u) / SUBGROUP_SIZE; // each lane of each loads one time

// x are the extents of what is read, y those of the result, of which max(result, 0) is stored where `rectify_result` is set.
void convolve_tile(WeightPairs weights, Plane x, Plane y, float start, bool rectify_result) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint channel_tile = gl_WorkGroupID.x;
    uint q0 = gl_WorkGroupID.y * TILE_W;
    uint row_tiles = (y.height + TILE_H - 1u) / TILE_H;
    uint n = gl_WorkGroupID.z / row_tiles;
    uint p0 = (gl_WorkGroupID.z - n * row_tiles) * TILE_H;
    uint channel = channel_tile * CHANNELS + gl_LocalInvocationID.x;
    if (channel - lane >= y.channels)
        return; // nothing to do for the whole subgroup

    float sum[TILE_H * TILE_W];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_W; i++)
        sum[i] = start;

    // What a lane loads of each channel. Rows and columns before the first wrap to large numbers; those outside are read at the
    // edge, and count as 0 where there is padding.
    uint row[GATHERS];
    uint column[GATHERS];
    bool inside[GATHERS];
    [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
        uint load = g * SUBGROUP_SIZE + lane;
        row[g] = p0 + load / ROW_LOADS - SOURCE_PADDING;
        column[g] = q0 + load % ROW_LOADS * PIXELS_PER_LOAD - UNUSED - SOURCE_PADDING;
        inside[g] = row[g] < x.height && column[g] < x.width;
        row[g] = min(row[g], x.height - 1u);
        column[g] = min(column[g], x.width - PIXELS_PER_LOAD);
    }

    for (uint c = 0u; c < x.channels; c++) {
        Channel source = source_of(n, c);
        vec2 gathered[GATHERS];
        [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
            gathered[g] = load_pixels(source.pixels, (source.first + row[g] * source.stride + column[g]) / PIXELS_PER_LOAD);
            if (SOURCE_PADDING > 0u)
                gathered[g] = inside[g] ? gathered[g] : vec2(0.0);
            if (source.rectify)
                gathered[g] = rectified(gathered[g]);
        }
        vec2 pair[TAP_PAIRS];
        [[unroll]] for (uint t = 0u; t < TAP_PAIRS; t++)
            pair[t] = both(weights.pairs[((channel_tile * x.channels + c) * TAP_PAIRS + t) * CHANNELS + gl_LocalInvocationID.x]);

        float pixel[(TILE_H + 2u) * ROW_PIXELS];
        [[unroll]] for (uint i = 0u; i < (TILE_H + 2u) * ROW_PIXELS; i++) {
            uint load = i / PIXELS_PER_LOAD;
            pixel[i] = subgroupBroadcast(gathered[load / SUBGROUP_SIZE][i % PIXELS_PER_LOAD], load % SUBGROUP_SIZE);
        }
        [[unroll]] for (uint p = 0u; p < TILE_H; p++) {
            [[unroll]] for (uint q = 0u; q < TILE_W; q += SUMS_AT_ONCE) {
                [[unroll]] for (uint t = 0u; t < 9u; t++) {
                    [[unroll]] for (uint j = 0u; j < SUMS_AT_ONCE; j++) {
                        uint at = (p + t / 3u) * ROW_PIXELS + UNUSED + q + j + t % 3u;
                        if (q + j < TILE_W)
                            sum[p * TILE_W + q + j] = fma(pair[t / 2u][t % 2u], pixel[at], sum[p * TILE_W + q + j]);
                    }
                }
            }
        }
    }

    if (channel >= y.channels)
        return;
    Target target = target_of(n, channel);
    [[unroll]] for (uint p = 0u; p < TILE_H; p++) {
        if (p0 + p < y.height) {
            uint line = target.first + (p0 + p) * target.stride + q0;
            [[unroll]] for (uint q = 0u; q < TILE_W; q += PIXELS_PER_LOAD) {
                if (q0 + q < y.width) {
                    vec2 result = vec2(sum[p * TILE_W + q], sum[p * TILE_W + q + PIXELS_PER_LOAD - 1u]);
                    uint at = (line + q) / PIXELS_PER_LOAD;
                    if (rectify_result)
                        result = rectified(result);
                    if (target.masked)
                        result = mix(vec2(0.0), result, greaterThan(load_pixels(target.mask, at), vec2(0.0)));
                    store_pixels(target.result, at, result);
                }
            }
        }
    }
}
