// 3x3 convolution for processors: a workgroup computes 16 output channels, one a lane, of TILE_H rows x TILE_W columns; it is
// two subgroups of 8 lanes or one of 16. A gather through a buffer address costs about as much as 20 multiply-adds there, so
// each one must serve many: one gather brings as many neighbouring pixels of a row as there are lanes, which constant-lane
// broadcasts hand to all lanes, and one 64-bit gather brings two weights of each lane's channel. No barriers, no shared memory.
//
// The including file includes conv2d_packing.glsl, declares SUBGROUP_SIZE, TILE_H and TILE_W and the buffer types
// Pixels { float pixels[]; }, WeightPairs { vec2 pairs[]; } and Result { float result[]; }, and says where channels lie. Its
// workgroups are of CHANNELS invocations.

#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"

// A channel of the result: pixel (row, column) is result.result[first + row * stride + column], and where `masked` is set, it is
// 0 wherever the pixel of `mask` at the same place is not positive.
struct Target { Result result; Pixels mask; uint first; uint stride; bool masked; };

Channel source_of(uint n, uint c);
Target target_of(uint n, uint channel);

const uint RUN = TILE_W + 2u; // pixels of a row that are gathered: a kernel 3 wide needs 2 more than it computes
const uint GATHERS = RUN / SUBGROUP_SIZE;

// x are the extents of what is read, y those of the result, of which max(result, 0) is stored where `rectify_result` is set.
void convolve_tile(WeightPairs weights, Plane x, Plane y, uint padding, float start, bool rectify_result) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint q0 = gl_WorkGroupID.x * TILE_W;
    uint p0 = gl_WorkGroupID.y * TILE_H;
    uint channel_tiles = (y.channels + CHANNELS - 1u) / CHANNELS;
    uint n = gl_WorkGroupID.z / channel_tiles;
    uint channel_tile = gl_WorkGroupID.z % channel_tiles;
    uint channel = channel_tile * CHANNELS + gl_LocalInvocationID.x;
    if (channel - lane >= y.channels)
        return; // nothing to do for the whole subgroup

    float sum[TILE_H * TILE_W];
    [[unroll]] for (uint i = 0u; i < TILE_H * TILE_W; i++)
        sum[i] = start;

    // Columns outside wrap to large numbers: they are read at the edge, and count as 0 where there is padding.
    uint column[GATHERS];
    bool column_inside[GATHERS];
    [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
        column[g] = q0 + g * SUBGROUP_SIZE + lane - padding;
        column_inside[g] = column[g] < x.width;
        column[g] = min(column[g], x.width - 1u);
    }

    for (uint c = 0u; c < x.channels; c++) {
        vec2 pair[TAP_PAIRS];
        [[unroll]] for (uint t = 0u; t < TAP_PAIRS; t++)
            pair[t] = weights.pairs[((channel_tile * x.channels + c) * TAP_PAIRS + t) * CHANNELS + gl_LocalInvocationID.x];
        Channel source = source_of(n, c);
        [[unroll]] for (uint i = 0u; i < TILE_H + 2u; i++) {
            uint row = p0 + i - padding;
            bool row_inside = row < x.height;
            uint line = source.first + min(row, x.height - 1u) * source.stride;
            float pixel[RUN];
            [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                float gathered = source.pixels.pixels[line + column[g]];
                if (padding > 0u)
                    gathered = row_inside && column_inside[g] ? gathered : 0.0;
                if (source.rectify)
                    gathered = max(gathered, 0.0);
                [[unroll]] for (uint j = 0u; j < SUBGROUP_SIZE; j++)
                    pixel[g * SUBGROUP_SIZE + j] = subgroupBroadcast(gathered, j);
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

    if (channel >= y.channels)
        return;
    Target target = target_of(n, channel);
    [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
        if (p0 + i < y.height) {
            uint line = target.first + (p0 + i) * target.stride + q0;
            [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                float result = rectify_result ? max(sum[i * TILE_W + j], 0.0) : sum[i * TILE_W + j];
                if (q0 + j < y.width)
                    target.result.result[line + j] = !target.masked || target.mask.pixels[line + j] > 0.0 ? result : 0.0;
            }
        }
    }
}
