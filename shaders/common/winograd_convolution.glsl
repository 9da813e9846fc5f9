// A 3x3 convolution by Winograd's F(2x2,3x3), for GPUs (see common/winograd_products.glsl): rows are channels of the target, columns
// tiles of 2x2 of its pixels, row by row, depth the channels of the source. The transformed weights come from transformed_weight (see
// common/winograd_packing.glsl); the source is transformed on its way into shared memory.
// One workgroup computes TILE_ROWS channels of TILE_COLUMNS tiles of one image. The including file declares the tile's constants and
// the buffer transformed_weight and defines source_channels(), source_height(), source_width(), margin() (zeros on each side),
// target_channels(), target_height(), target_width(), source_at(part, c, row, column), meant(part, pixel) (what counts as that
// pixel), part_of_channel(c) and store(channel, row, column, result), which are called for what lies inside only. Where the source consists of two tensors, `part` says in which of them
// the channel lies, 0 or 1; else it is 0.
#include "common/winograd_products.glsl"

const uint WEIGHTS = CHUNK * POINTS * TILE_ROWS / 4u; // of four channels each
const uint WEIGHT_LOADS = WEIGHTS / gl_WorkGroupSize.x;

void store(uint channel, uint row, uint column, float result);

uint target_row;        // first of the invocation's tile
uint target_column;
uint source_rows[4];    // that the invocation loads, moved to the edge where the tile reaches beyond the source
uint source_columns[4];
vec4 weights[WEIGHT_LOADS];

void find_tile() {
    uint tile = gl_WorkGroupID.y * TILE_COLUMNS + gl_LocalInvocationID.x % TILE_COLUMNS;
    uint tiles_in_row = (target_width() + 1u) / 2u;
    target_row = tile / tiles_in_row * 2u;
    target_column = tile % tiles_in_row * 2u;
    beyond = 0u;
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
        int row = int(target_row + i + (HALVES == 2u ? half_of_tile() : 0u)) - int(margin());
        int column = int(target_column + i) - int(margin());
        source_rows[i] = uint(clamp(row, 0, int(source_height()) - 1));
        source_columns[i] = uint(clamp(column, 0, int(source_width()) - 1));
        beyond |= uint(row) < source_height() ? 0u : 15u << 4u * i;
        beyond |= uint(column) < source_width() ? 0u : 0x1111u << i;
    }
}

// Channel whose tile the invocation loads; those beyond the last meet weights that are 0.
uint channel_of_tile(uint c0) {
    return min(c0 + gl_LocalInvocationID.x % TILES / TILE_COLUMNS, source_channels() - 1u);
}

void load_tile(uint part, uint c) {
    [[unroll]] for (uint i = 0u; i < TILE_HEIGHT * 4u; i++)
        tile_rows[i / 4u][i % 4u] = source_at(part, c, source_rows[i / 4u], source_columns[i % 4u]);
}

// Loads without conditions, so that all loads are under way at a time while what is staged is multiplied; what lies beyond the
// source is taken out when it is staged.
void load(uint c0) {
    uint c = channel_of_tile(c0);
    if (part_of_channel(c) == 0u)
        load_tile(0u, c);
    else
        load_tile(1u, c);
    uint rows = (target_channels() + 63u) / 64u * 64u;
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        uint at = (c0 * POINTS + item / (TILE_ROWS / 4u)) * rows + gl_WorkGroupID.x * TILE_ROWS;
        weights[i] = transformed_weight[at / 4u + item % (TILE_ROWS / 4u)];
    }
}

void stage(uint c0) {
    uint lane = gl_LocalInvocationID.x;
    if (lane < TILES * HALVES)
        put_tile(part_of_channel(channel_of_tile(c0)), lane % TILES / TILE_COLUMNS, lane % TILE_COLUMNS);
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + lane;
        uint point_of_channel = item / (TILE_ROWS / 4u);
        uint place = point_of_channel / POINTS * LEFT_PITCH + place_of(point_of_channel % POINTS, TILE_ROWS);
        staged[place + item % (TILE_ROWS / 4u)] = weights[i];
    }
}

void finish(uint row, uint column, mat4 products) {
    uint m = gl_WorkGroupID.x * TILE_ROWS + row;
    if (m >= target_channels())
        return;
    mat2 result = winograd_output(products);
    [[unroll]] for (uint r = 0u; r < 2u; r++) {
        [[unroll]] for (uint s = 0u; s < 2u; s++) {
            if (target_row + r < target_height() && target_column + s < target_width())
                store(m, target_row + r, target_column + s, result[r][s]);
        }
    }
}

void convolve() {
    find_tile();
    clear_sums();
    uint last = (source_channels() - 1u) / CHUNK * CHUNK;
    load(0u);
    for (uint c0 = 0u; c0 <= last; c0 += CHUNK) {
        barrier(); // what was staged before has been read
        stage(c0);
        barrier();
        load(min(c0 + CHUNK, last)); // the last chunk once more, for nothing, rather than a condition
        multiply();
    }
    finish_elements();
}
