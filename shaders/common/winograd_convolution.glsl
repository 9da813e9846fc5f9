// A 3x3 convolution by Winograd's F(2x2,3x3), for GPUs (see common/winograd_products.glsl): rows are channels of the target, columns
// tiles of 2x2 of its pixels, row by row, depth the channels of the source. The transformed weights come from transformed_weight (see
// common/winograd_weights.glsl); the source is transformed on its way into shared memory.
// One workgroup computes TILE_ROWS channels of TILE_COLUMNS tiles of one image. The including file declares the tile's constants and
// the buffer transformed_weight and defines source_channels(), source_height(), source_width(), margin() (zeros on each side),
// target_channels(), target_height(), target_width(), part_of_channel(c), source_at(part, c, row, column), which is called for what
// lies inside only, and meant(part, pixel), what counts as that pixel. Where the source consists of two tensors, `part` says in which
// of them the channel lies, 0 or 1; else it is 0.
// A result is store(channel, row, column, addend(channel) + convolution), or 0 in the place of the sum where is_cut(channel, row,
// column); these two are called for all of an invocation's results at a time, as they may read memory.
#include "common/winograd_products.glsl"
#include "common/winograd_weights.glsl"

const uint WEIGHTS = TILE_DEPTH * POINTS * TILE_ROWS / 4u; // of four channels each
const uint WEIGHT_LOADS = WEIGHTS / gl_WorkGroupSize.x;

void store(uint channel, uint row, uint column, float result);

uint target_row;        // first of the invocation's tile
uint target_column;
uint source_rows[4];    // that the invocation loads, moved to the edge where the tile reaches beyond the source
uint source_columns[4];
vec4 weights[WEIGHT_LOADS];
float addends[ELEMENTS_EACH];
uint cut; // bits of the pixels of all elements

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
    uint rows = packed_targets(target_channels());
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

void prepare(uint element, uint row, uint column) {
    uint channel = min(gl_WorkGroupID.x * TILE_ROWS + row, target_channels() - 1u);
    addends[element] = addend(channel);
    [[unroll]] for (uint pixel = 0u; pixel < 4u; pixel++) {
        uvec2 place = uvec2(min(target_row + pixel / 2u, target_height() - 1u), min(target_column + pixel % 2u, target_width() - 1u));
        cut |= is_cut(channel, place.x, place.y) ? 1u << (element * 4u + pixel) : 0u;
    }
}

void finish(uint element, uint row, uint column, mat4 products) {
    uint channel = gl_WorkGroupID.x * TILE_ROWS + row;
    if (channel >= target_channels())
        return;
    mat2 result = winograd_output(products);
    [[unroll]] for (uint pixel = 0u; pixel < 4u; pixel++) {
        uvec2 place = uvec2(target_row + pixel / 2u, target_column + pixel % 2u);
        bool is_zero = (cut >> (element * 4u + pixel) & 1u) == 1u;
        if (place.x < target_height() && place.y < target_width())
            store(channel, place.x, place.y, is_zero ? 0.0 : addends[element] + result[pixel / 2u][pixel % 2u]);
    }
}

void convolve() {
    find_tile();
    clear_sums();
    cut = 0u;
    uint last = (source_channels() - 1u) / TILE_DEPTH * TILE_DEPTH;
    load(0u);
    for (uint c0 = 0u; c0 <= last; c0 += TILE_DEPTH) {
        barrier(); // what was staged before has been read
        stage(c0);
        barrier();
        load(min(c0 + TILE_DEPTH, last)); // the last chunk once more, for nothing, rather than a condition
        multiply();
    }
    finish_elements();
}
