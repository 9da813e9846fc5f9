// 3x3 convolution for processors: a workgroup computes 16 output channels, one a lane, of TILE_H rows x TILE_W columns; it is
// two subgroups of 8 lanes or one of 16. A gather through a buffer address costs about as much as 20 multiply-adds there, so
// each one must serve many: one gather brings as many neighbouring pixels of a row as there are lanes, which constant-lane
// broadcasts hand to all lanes, and one 64-bit gather brings two weights of each lane's channel. No barriers, no shared memory.
//
// The including file includes conv2d_packing.glsl and declares SUBGROUP_SIZE, TILE_H and TILE_W and the buffer types Pixels { float pixels[]; },
// WeightPairs { vec2 pairs[]; } and Result { float result[]; }; its workgroups are of CHANNELS invocations.
// Where `rectify` is set, the source counts as max(source, 0). Where `masked` is set, the result is 0 wherever `mask`, of the
// result's shape, is not positive. Where `rectify_result` is set, max(result, 0) is stored.

const uint RUN = TILE_W + 2u; // pixels of a row that are gathered: a kernel 3 wide needs 2 more than it computes
const uint GATHERS = RUN / SUBGROUP_SIZE;

struct Plane { uint channels; uint height; uint width; };

void convolve_tile(
    Pixels source, WeightPairs weights, Result destination, Pixels mask, Plane x, Plane y, uint padding, float start,
    bool rectify, bool masked, bool rectify_result) {
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
        uint plane = (n * x.channels + c) * x.height;
        [[unroll]] for (uint i = 0u; i < TILE_H + 2u; i++) {
            uint row = p0 + i - padding;
            bool row_inside = row < x.height;
            uint line = (plane + min(row, x.height - 1u)) * x.width;
            float pixel[RUN];
            [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                float gathered = source.pixels[line + column[g]];
                if (padding > 0u)
                    gathered = row_inside && column_inside[g] ? gathered : 0.0;
                if (rectify)
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
    [[unroll]] for (uint i = 0u; i < TILE_H; i++) {
        if (p0 + i < y.height) {
            uint line = ((n * y.channels + channel) * y.height + p0 + i) * y.width + q0;
            [[unroll]] for (uint j = 0u; j < TILE_W; j++) {
                float result = rectify_result ? max(sum[i * TILE_W + j], 0.0) : sum[i * TILE_W + j];
                if (q0 + j < y.width)
                    destination.result[line + j] = !masked || mask.pixels[line + j] > 0.0 ? result : 0.0;
            }
        }
    }
}
