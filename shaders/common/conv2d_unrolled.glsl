// 3x3 convolution of few channels for processors whose vector registers are few: a workgroup is a subgroup, whose lanes have neighbouring
// pixels of a row, and computes TILE_CHANNELS channels of TILE_H rows of these. No packed weights, no barriers, no shared memory.
//
// - There are 16 registers for as many sums as tile channels and rows, the rows of pixels that they need, a weight and a product.
// - All of that is unrolled, for only outside of loops does a load of a weight bring one number to all lanes (uniform_number.glsl), and
//   a load of a row the pixels of all of them (consecutive.glsl). Gathers, by which conv2d_lanes.glsl reads, are conditions there.
// - Tiles at the end are moved up to end with the plane, or with the last channel, and compute again what others do. So there is
//   no condition, and no mask but of the padding.
// - LLVM would collect loads of all channels first, and need a place for each. What keeps it from that is that the code is cut into blocks.
//   Sums lie on the stack when these are done, so that no product is carried to the conditions of a store (winograd_f43_products.glsl).
// - Tiles of channels are the grid's first dimension: the pixels that one of them reads are in the cache for the next.
//
// The including file includes consecutive.glsl, declares SUBGROUP_SIZE, TILE_CHANNELS, TILE_H, CHANNELS_READ, SOURCE_PADDING (rows and
// columns of zeros before the source), MAY_MASK (whether any target is masked), `uint numbers[16]` and the buffer types
// Pixels { float pixels[]; }, volatile Weights { float weights[]; } and Result { float result[]; }, and says where channels and weights
// lie and where sums start.
#include "common/plane.glsl"
#include "common/conv2d_target.glsl"
#include "common/rectified.glsl"
#include "common/uniform_number.glsl"

// A channel that is read, from its first pixel on; `begins` and `ends` say whether nothing of the tensor lies before or behind it.
struct Source { Pixels pixels; uint stride; bool rectify; bool begins; bool ends; };

Source source_of(uint n, uint c);
Target target_of(uint n, uint channel);
float start_of(uint channel);
uint place_of_weight(uint written, uint read, uint tap);

const uint ROWS = TILE_H + 2u;
const uint SUMS = TILE_CHANNELS * TILE_H;
const uint CHANNEL_TILE_DIGITS = 1u;
const uint COLUMN_TILE_DIGITS = 2u;
const uint MOST_BLOCKS = 16u; // of code: as many as unseen_zero has indices
const uint CHANNELS_EACH = (CHANNELS_READ + MOST_BLOCKS - 1u) / MOST_BLOCKS;

// All bits where the lane's pixel of row r of the tile's source, from column s on, lies in it: a tile begins at (row, column) with the
// padding. Rows and columns before the first wrap to large numbers.
uint inside(Plane x, uint row, uint column, uint r, uint s) {
    return row + r - SOURCE_PADDING < x.height && column + s - SOURCE_PADDING + gl_SubgroupInvocationID < x.width ? 0xFFFFFFFFu : 0u;
}

// Pixels of the lanes from `address` on, which is that of a column before the first or of so many that the last ones lie behind the last
// column: only those in the row are read.
float pixel_at_end(uint64_t address, Plane x, int column) {
    int move = column - clamp(column, 0, int(x.width - SUBGROUP_SIZE));
    uint64_t nearest = address - 4ul * uint64_t(int64_t(move));
    float pixel = single_of_lane(nearest, 0);
    [[unroll]] for (uint i = 1u; i <= SOURCE_PADDING; i++) {
        pixel = move == int(i) ? single_of_lane(nearest, int(i)) : pixel;
        pixel = move == -int(i) ? single_of_lane(nearest, -int(i)) : pixel;
    }
    return pixel;
}

// Pixels of row r of the tile's source from column s on, before what is outside counts as 0. Where a row begins or ends, pixels of its
// neighbours are read with it, but none before the tensor or behind it.
float pixel_of(Source source, Plane x, uint p0, uint q0, uint r, uint s) {
    uint row = p0 + r - SOURCE_PADDING;
    uint place = SOURCE_PADDING == 0u || row < x.height ? row * source.stride + q0 : SOURCE_PADDING;
    uint64_t address = uint64_t(source.pixels) + 4ul * place + 4ul * s - 4ul * SOURCE_PADDING;
    // All tiles but the first begin TILE_H rows or more behind it, so that the first row is none of their others.
    bool may_begin = source.begins && r == SOURCE_PADDING && s < SOURCE_PADDING;
    bool may_end = source.ends && r + SOURCE_PADDING > TILE_H && s + SOURCE_PADDING > 2u;
    if (may_begin || may_end)
        return pixel_at_end(address, x, int(q0 + s) - int(SOURCE_PADDING));
    return single_of_lane(address);
}

// x are the extents of what is read, y those of the result, of which max(result, 0) is stored where `rectify_result` is set.
void convolve_tile(uint64_t weights, Plane x, Plane y, bool rectify_result) {
    uint channel0 = min(uniform_number(gl_WorkGroupID.x, CHANNEL_TILE_DIGITS) * TILE_CHANNELS, y.channels - TILE_CHANNELS);
    uint q0 = min(uniform_number(gl_WorkGroupID.y, COLUMN_TILE_DIGITS) * SUBGROUP_SIZE, y.width - SUBGROUP_SIZE);
    uint row_tiles = (y.height + TILE_H - 1u) / TILE_H;
    uint row_tile = uniform_number(gl_WorkGroupID.z);
    uint n = uint((float(row_tile) + 0.5) / float(row_tiles)); // right up to 65536, and one division for all lanes
    uint p0 = min((row_tile - n * row_tiles) * TILE_H, y.height - TILE_H);

    uint mask[ROWS][3];
    [[unroll]] for (uint r = 0u; r < ROWS; r++) {
        [[unroll]] for (uint s = 0u; s < 3u; s++)
            mask[r][s] = inside(x, p0, q0, r, s);
    }
    float sum[TILE_CHANNELS][TILE_H];
    [[unroll]] for (uint k = 0u; k < TILE_CHANNELS; k++) {
        [[unroll]] for (uint p = 0u; p < TILE_H; p++)
            sum[k][p] = start_of(channel0 + k);
    }
    uint64_t own_weights = weights + 4ul * (place_of_weight(channel0, 0u, 0u) - place_of_weight(0u, 0u, 0u));
    [[unroll]] for (uint c = 0u; c < CHANNELS_READ; c++) {
        Weights kernels = Weights(own_weights + 4ul * unseen_zero(c / CHANNELS_EACH));
        Source source = source_of(n, c);
        [[unroll]] for (uint s = 0u; s < 3u; s++) {
            float pixel[ROWS];
            [[unroll]] for (uint r = 0u; r < ROWS; r++) {
                pixel[r] = pixel_of(source, x, p0, q0, r, s);
                if (SOURCE_PADDING > 0u)
                    pixel[r] = uintBitsToFloat(floatBitsToUint(pixel[r]) & mask[r][s]);
                if (source.rectify)
                    pixel[r] = rectified(pixel[r]);
            }
            [[unroll]] for (uint t = 0u; t < 3u; t++) {
                [[unroll]] for (uint k = 0u; k < TILE_CHANNELS; k++) {
                    float weight = kernels.weights[place_of_weight(k, c, t * 3u + s)];
                    [[unroll]] for (uint p = 0u; p < TILE_H; p++)
                        sum[k][p] = fma(weight, pixel[p + t], sum[k][p]);
                }
            }
        }
    }

    float sums[SUMS + 1u];
    [[unroll]] for (uint i = 0u; i < SUMS; i++)
        sums[i] = sum[i / TILE_H][i % TILE_H];
    sums[SUMS + unseen_zero(MOST_BLOCKS - 1u)] = 0.0;
    [[unroll]] for (uint k = 0u; k < TILE_CHANNELS; k++) {
        Target target = target_of(n, channel0 + k);
        [[unroll]] for (uint p = 0u; p < TILE_H; p++) {
            float result = sums[k * TILE_H + p];
            uint at = target.first + (p0 + p) * target.stride + q0;
            if (rectify_result)
                result = rectified(result);
            if (MAY_MASK) {
                bool passes = single_of_lane(uint64_t(target.mask) + 4ul * at) > 0.0;
                result = passes || !target.masked ? result : 0.0;
            }
            target.result.result[at + gl_SubgroupInvocationID] = result;
        }
    }
}
