// Gradient of a 3x3 convolution to its weight and bias by Winograd's F(2x2,3x3), for GPUs, first half (see
// common/winograd_products.glsl): rows are output channels, columns input channels, depth the tiles of 2x2 output pixels of a run.
// run_weight[run,k,c,r,s] = sum over (p,q) in the run of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// run_bias[run,k]         = sum over (p,q) in the run of d_y[n,k,p,q]
// The tiles of an image, row by row, are cut into runs of which each workgroup takes one, for TILE_ROWS output and TILE_COLUMNS input
// channels. The including file declares PADDING, the tile's constants, the buffers d_y, run_weight and run_bias, y_c, y_h and y_w, and
// defines input_channels(), input_height(), input_width(), input_at(part, n, c, row, column), which is called for what lies inside
// only, meant(part, pixel), what counts as that pixel, and part_of_channel(c). Where x consists of two tensors, `part` says in which of
// them the channel lies, 0 or 1; else it is 0.
#include "common/winograd_products.glsl"

const uint RUN_STEP = 8u; // tiles, of which a run has a multiple, whatever the workgroup's tile: so it changes no bit
const uint OUTPUTS = TILE_DEPTH * TILE_ROWS; // tiles of d_y
const uint OUTPUT_LOADS = (OUTPUTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;

vec4 output_tiles[OUTPUT_LOADS];
uint beyond_output; // bits of those of their pixels that d_y does not have
float bias_sum; // of one row
uint image; // to which the run belongs
uint end;   // of the run's tiles, exclusive

uint tiles_in_row() {
    return (y_w + 1u) / 2u;
}

// Input channel whose tile the invocation loads; those beyond the last are not stored.
uint channel_of_tile() {
    return min(gl_WorkGroupID.y * TILE_COLUMNS + gl_LocalInvocationID.x % TILES / TILE_DEPTH, input_channels() - 1u);
}

void load_input(uint part, uint c, uint rows[4], uint columns[4]) {
    [[unroll]] for (uint i = 0u; i < TILE_HEIGHT * 4u; i++)
        tile_rows[i / 4u][i % 4u] = input_at(part, image, c, rows[i / 4u], columns[i % 4u]);
}

// Loads without conditions, from the edge where a tile reaches beyond it, so that all loads are under way at a time while what is
// staged is multiplied; what lies beyond is taken out when it is staged.
void load(uint tile0) {
    uint tile = tile0 + gl_LocalInvocationID.x % TILE_DEPTH;
    uint tile_row = tile / tiles_in_row() * 2u;
    uint tile_column = tile % tiles_in_row() * 2u;
    uint rows[4];
    uint columns[4];
    beyond = 0u;
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
        int row = int(tile_row + i + (HALVES == 2u ? half_of_tile() : 0u)) - int(PADDING);
        int column = int(tile_column + i) - int(PADDING);
        rows[i] = uint(clamp(row, 0, int(input_height()) - 1));
        columns[i] = uint(clamp(column, 0, int(input_width()) - 1));
        beyond |= uint(row) < input_height() ? 0u : 15u << 4u * i;
        beyond |= uint(column) < input_width() ? 0u : 0x1111u << i;
    }
    uint c = channel_of_tile();
    if (part_of_channel(c) == 0u)
        load_input(0u, c, rows, columns);
    else
        load_input(1u, c, rows, columns);

    uint row[2] = uint[2](min(tile_row, y_h - 1u), min(tile_row + 1u, y_h - 1u));
    uint column[2] = uint[2](min(tile_column, y_w - 1u), min(tile_column + 1u, y_w - 1u));
    beyond_output = (tile < end ? 0u : 15u) | (tile_row + 1u < y_h ? 0u : 12u) | (tile_column + 1u < y_w ? 0u : 10u);
    [[unroll]] for (uint i = 0u; i < OUTPUT_LOADS; i++) {
        uint k = min(gl_WorkGroupID.x * TILE_ROWS + (i * gl_WorkGroupSize.x + gl_LocalInvocationID.x) / TILE_DEPTH, y_c - 1u);
        [[unroll]] for (uint j = 0u; j < 4u; j++)
            output_tiles[i][j] = d_y[((image * y_c + k) * y_h + row[j / 2u]) * y_w + column[j % 2u]];
    }
}

void stage() {
    uint lane = gl_LocalInvocationID.x;
    if (lane < TILES * HALVES)
        put_tile(part_of_channel(channel_of_tile()), lane % TILE_DEPTH, lane % TILES / TILE_DEPTH);
    [[unroll]] for (uint i = 0u; i < OUTPUT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + lane;
        vec4 tile;
        [[unroll]] for (uint j = 0u; j < 4u; j++)
            tile[j] = (beyond_output >> j & 1u) == 0u ? output_tiles[i][j] : 0.0;
        mat4 transformed = winograd_output_gradient(mat2(tile.xy, tile.zw));
        if (item < OUTPUTS) {
            [[unroll]] for (uint p = 0u; p < POINTS; p++)
                put_left(item % TILE_DEPTH, p, item / TILE_DEPTH, transformed[p / 4u][p % 4u]);
        }
    }
}

void prepare(uint element, uint row, uint column) {
}

void finish(uint element, uint row, uint column, mat4 products) {
    uint k = gl_WorkGroupID.x * TILE_ROWS + row;
    uint c = gl_WorkGroupID.y * TILE_COLUMNS + column;
    if (k >= y_c || c >= input_channels())
        return;
    mat3 gradient = winograd_weight_gradient(products);
    uint at = ((gl_WorkGroupID.z * y_c + k) * input_channels() + c) * 9u;
    [[unroll]] for (uint tap = 0u; tap < 9u; tap++)
        run_weight[at + tap] = gradient[tap / 3u][tap % 3u];
}

// Adds the chunk's tiles to the bias gradient: point [1][1] of a transformed tile is the sum of its pixels.
void add_bias() {
    if (gl_WorkGroupID.y > 0u || gl_LocalInvocationID.x >= TILE_ROWS)
        return;
    uint place = place_of(5u, TILE_ROWS) + gl_LocalInvocationID.x / 4u;
    [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k++)
        bias_sum += staged[k * LEFT_PITCH + place][gl_LocalInvocationID.x % 4u];
}

// The workgroup's sums of its run, one of those of its image.
void sum_run(uint runs_of_image) {
    uint tiles = tiles_in_row() * ((y_h + 1u) / 2u);
    uint run_length = ((tiles + runs_of_image - 1u) / runs_of_image + RUN_STEP - 1u) / RUN_STEP * RUN_STEP;
    uint first = gl_WorkGroupID.z % runs_of_image * run_length;
    image = gl_WorkGroupID.z / runs_of_image;
    end = min(first + run_length, tiles);
    clear_sums();
    bias_sum = 0.0;
    load(min(first, tiles - 1u));
    for (uint tile = first; tile < end; tile += TILE_DEPTH) {
        barrier(); // what was staged before has been read
        stage();
        barrier();
        load(min(tile + TILE_DEPTH, tiles - 1u)); // beyond the run for nothing, rather than a condition
        add_bias();
        multiply();
    }
    finish_elements();
    uint k = gl_WorkGroupID.x * TILE_ROWS + gl_LocalInvocationID.x;
    if (gl_WorkGroupID.y == 0u && gl_LocalInvocationID.x < TILE_ROWS && k < y_c)
        run_bias[gl_WorkGroupID.z * y_c + k] = bias_sum;
}
