// A 3x3 convolution by Winograd's F(2x2,3x3), for GPUs (see common/winograd_products.glsl): rows are channels of the target, columns
// tiles of 2x2 of its pixels, row by row, depth the channels of the source. The transformed weights come from transformed_weight (see
// common/winograd_packing.glsl); the source is transformed on its way into shared memory.
// One workgroup computes TILE_ROWS channels of TILE_COLUMNS tiles of one image. The including file declares the tile's constants and
// the buffer transformed_weight and defines source_channels(), source_height(), source_width(), margin() (zeros on each side),
// target_channels(), target_height(), target_width(), source_at(part, c, row, column), part_of_channel(c) and store(channel, row,
// column, result), which are called for what lies inside only. Where the source consists of two tensors, `part` says in which of them
// the channel lies, 0 or 1; else it is 0.
#include "common/winograd_products.glsl"

// Each of the first lanes loads and transforms a tile of one channel. The others, where there are others, load weights.
const uint TILE_LANES = CHUNK * TILE_COLUMNS;
const uint FIRST_WEIGHT_LANE = TILE_LANES % 256u;
const uint WEIGHT_LANES = 256u - FIRST_WEIGHT_LANE;
const uint WEIGHTS = CHUNK * POINTS * TILE_ROWS / 4u;
const uint WEIGHT_LOADS = (WEIGHTS + WEIGHT_LANES - 1u) / WEIGHT_LANES;
const uint FIRST_WEIGHT = FIRST_WEIGHT_LANE == 0u ? 4u : 0u;

void store(uint channel, uint row, uint column, float result);

uint tile_row;    // first row of the invocation's tile of the target, at the same time of the source's but for the margin
uint tile_column;
vec4 loaded[WEIGHT_LOADS + FIRST_WEIGHT > 4u ? WEIGHT_LOADS + FIRST_WEIGHT : 4u]; // rows of a tile, then, or instead, weights

void load_tile(uint part, uint c) {
    [[unroll]] for (uint r = 0u; r < 4u; r++) {
        [[unroll]] for (uint s = 0u; s < 4u; s++) {
            uint row = tile_row - margin() + r; // wraps above and left of the image, which the comparison catches
            uint column = tile_column - margin() + s;
            bool inside = row < source_height() && column < source_width() && c < source_channels();
            loaded[r][s] = inside ? source_at(part, c, row, column) : 0.0;
        }
    }
}

void load(uint c0) {
    uint lane = gl_LocalInvocationID.x;
    if (lane < TILE_LANES) {
        uint c = c0 + lane / TILE_COLUMNS;
        if (part_of_channel(c) == 0u)
            load_tile(0u, c);
        else
            load_tile(1u, c);
    }
    if (lane >= FIRST_WEIGHT_LANE) {
        uint rows = (target_channels() + 63u) / 64u * 64u;
        [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
            uint item = min(i * WEIGHT_LANES + lane - FIRST_WEIGHT_LANE, WEIGHTS - 1u);
            uint at = (c0 * POINTS + item / (TILE_ROWS / 4u)) * rows + gl_WorkGroupID.x * TILE_ROWS;
            loaded[FIRST_WEIGHT + i] = transformed_weight[at / 4u + item % (TILE_ROWS / 4u)];
        }
    }
}

void stage() {
    uint lane = gl_LocalInvocationID.x;
    if (lane < TILE_LANES) {
        mat4 transformed = winograd_input(mat4(loaded[0], loaded[1], loaded[2], loaded[3]));
        [[unroll]] for (uint p = 0u; p < POINTS; p++)
            put_right(lane / TILE_COLUMNS, p, lane % TILE_COLUMNS, transformed[p / 4u][p % 4u]);
    }
    if (lane >= FIRST_WEIGHT_LANE) {
        [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
            uint item = i * WEIGHT_LANES + lane - FIRST_WEIGHT_LANE;
            uint point_of_channel = item / (TILE_ROWS / 4u);
            uint place = point_of_channel / POINTS * LEFT_PITCH + place_of(point_of_channel % POINTS, TILE_ROWS);
            if (item < WEIGHTS)
                staged[place + item % (TILE_ROWS / 4u)] = loaded[FIRST_WEIGHT + i];
        }
    }
}

void finish(uint row, uint column, mat4 products) {
    uint m = gl_WorkGroupID.x * TILE_ROWS + row;
    if (m >= target_channels())
        return;
    mat2 result = winograd_output(products);
    [[unroll]] for (uint r = 0u; r < 2u; r++) {
        [[unroll]] for (uint s = 0u; s < 2u; s++) {
            if (tile_row + r < target_height() && tile_column + s < target_width())
                store(m, tile_row + r, tile_column + s, result[r][s]);
        }
    }
}

void convolve() {
    uint tile = gl_WorkGroupID.y * TILE_COLUMNS + gl_LocalInvocationID.x % TILE_COLUMNS;
    uint tiles_in_row = (target_width() + 1u) / 2u;
    tile_row = tile / tiles_in_row * 2u;
    tile_column = tile % tiles_in_row * 2u;
    clear_sums();
    load(0u);
    for (uint c0 = 0u; c0 < source_channels(); c0 += CHUNK) {
        barrier(); // what was staged before has been read
        stage();
        barrier();
        if (c0 + CHUNK < source_channels())
            load(c0 + CHUNK); // on its way while what is staged is multiplied
        multiply();
    }
    finish_elements();
}
