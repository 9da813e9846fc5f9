// Gradient of a 3x3 convolution to its weight and bias by Winograd's F(2x2,3x3), for GPUs, first half (see
// common/winograd_products.glsl): rows are output channels, columns input channels, depth the tiles of 2x2 output pixels of a run.
// run_weight[run,k,c,r,s] = sum over (p,q) in the run of d_y[n,k,p,q] * x[n,c,p+r-PADDING,q+s-PADDING]
// run_bias[run,k]         = sum over (p,q) in the run of d_y[n,k,p,q]
// The tiles of an image, row by row, are cut into runs of which each workgroup takes one, for TILE_ROWS output and TILE_COLUMNS input
// channels. The including file declares PADDING, the tile's constants, the buffers d_y, run_weight and run_bias, y_c, y_h and y_w, and
// defines input_channels(), input_height(), input_width() and input_at(n, c, row, column), which is called for what lies inside only.
#include "common/winograd_products.glsl"

// Each of the first lanes loads and transforms a tile of x. The others, where there are others, take tiles of d_y.
const uint INPUT_LANES = CHUNK * TILE_COLUMNS;
const uint FIRST_OUTPUT_LANE = INPUT_LANES % 256u;
const uint OUTPUT_LANES = 256u - FIRST_OUTPUT_LANE;
const uint OUTPUTS = CHUNK * TILE_ROWS;
const uint OUTPUT_LOADS = (OUTPUTS + OUTPUT_LANES - 1u) / OUTPUT_LANES;
const uint FIRST_OUTPUT = FIRST_OUTPUT_LANE == 0u ? 4u : 0u;

vec4 loaded[OUTPUT_LOADS + FIRST_OUTPUT > 4u ? OUTPUT_LOADS + FIRST_OUTPUT : 4u]; // rows of a tile of x, then, or instead, tiles of d_y
float bias_sum[OUTPUT_LOADS];
uint image; // to which the run belongs
uint end;   // of the run's tiles, exclusive

uint tiles_in_row() {
    return (y_w + 1u) / 2u;
}

void load(uint tile0) {
    uint lane = gl_LocalInvocationID.x;
    uint tile = tile0 + lane % CHUNK;
    uint tile_row = tile / tiles_in_row() * 2u;
    uint tile_column = tile % tiles_in_row() * 2u;
    if (lane < INPUT_LANES) {
        uint c = gl_WorkGroupID.y * TILE_COLUMNS + lane / CHUNK;
        [[unroll]] for (uint r = 0u; r < 4u; r++) {
            [[unroll]] for (uint s = 0u; s < 4u; s++) {
                uint row = tile_row - PADDING + r; // wraps above and left of the image, which the comparison catches
                uint column = tile_column - PADDING + s;
                bool inside = row < input_height() && column < input_width() && c < input_channels();
                loaded[r][s] = inside ? input_at(image, c, row, column) : 0.0;
            }
        }
    }
    if (lane >= FIRST_OUTPUT_LANE) {
        [[unroll]] for (uint i = 0u; i < OUTPUT_LOADS; i++) {
            uint k = gl_WorkGroupID.x * TILE_ROWS + (i * OUTPUT_LANES + lane - FIRST_OUTPUT_LANE) / CHUNK;
            [[unroll]] for (uint r = 0u; r < 2u; r++) {
                [[unroll]] for (uint s = 0u; s < 2u; s++) {
                    bool inside = k < y_c && tile < end && tile_row + r < y_h && tile_column + s < y_w;
                    loaded[FIRST_OUTPUT + i][r * 2u + s]
                        = inside ? d_y[((image * y_c + k) * y_h + tile_row + r) * y_w + tile_column + s] : 0.0;
                }
            }
        }
    }
}

void stage() {
    uint lane = gl_LocalInvocationID.x;
    if (lane < INPUT_LANES) {
        mat4 transformed = winograd_input(mat4(loaded[0], loaded[1], loaded[2], loaded[3]));
        [[unroll]] for (uint p = 0u; p < POINTS; p++)
            put_right(lane % CHUNK, p, lane / CHUNK, transformed[p / 4u][p % 4u]);
    }
    if (lane >= FIRST_OUTPUT_LANE) {
        [[unroll]] for (uint i = 0u; i < OUTPUT_LOADS; i++) {
            uint item = i * OUTPUT_LANES + lane - FIRST_OUTPUT_LANE;
            vec4 tile = loaded[FIRST_OUTPUT + i];
            bias_sum[i] += tile.x + tile.y + tile.z + tile.w;
            mat4 transformed = winograd_output_gradient(mat2(tile.xy, tile.zw));
            if (item < OUTPUTS) {
                [[unroll]] for (uint p = 0u; p < POINTS; p++)
                    put_left(item % CHUNK, p, item / CHUNK, transformed[p / 4u][p % 4u]);
            }
        }
    }
}

void finish(uint row, uint column, mat4 products) {
    uint k = gl_WorkGroupID.x * TILE_ROWS + row;
    uint c = gl_WorkGroupID.y * TILE_COLUMNS + column;
    if (k >= y_c || c >= input_channels())
        return;
    mat3 gradient = winograd_weight_gradient(products);
    uint at = ((gl_WorkGroupID.z * y_c + k) * input_channels() + c) * 9u;
    [[unroll]] for (uint tap = 0u; tap < 9u; tap++)
        run_weight[at + tap] = gradient[tap / 3u][tap % 3u];
}

void finish_bias() {
    uint lane = gl_LocalInvocationID.x;
    barrier(); // what lay there has been read
    [[unroll]] for (uint i = 0u; i < OUTPUT_LOADS; i++) {
        uint item = i * OUTPUT_LANES + lane - FIRST_OUTPUT_LANE;
        if (lane >= FIRST_OUTPUT_LANE && item < OUTPUTS)
            staged[item / CHUNK][item % CHUNK] = bias_sum[i];
    }
    barrier();
    uint k = gl_WorkGroupID.x * TILE_ROWS + lane;
    if (gl_WorkGroupID.y == 0u && lane < TILE_ROWS && k < y_c)
        run_bias[gl_WorkGroupID.z * y_c + k] = staged[lane].x + staged[lane].y + staged[lane].z + staged[lane].w;
}

// The workgroup's sums of its run, one of those of its image.
void sum_run(uint runs_of_image) {
    uint tiles = tiles_in_row() * ((y_h + 1u) / 2u);
    uint run_length = ((tiles + runs_of_image - 1u) / runs_of_image + CHUNK - 1u) / CHUNK * CHUNK;
    uint first = gl_WorkGroupID.z % runs_of_image * run_length;
    image = gl_WorkGroupID.z / runs_of_image;
    end = min(first + run_length, tiles);
    clear_sums();
    [[unroll]] for (uint i = 0u; i < OUTPUT_LOADS; i++)
        bias_sum[i] = 0.0;
    if (first < end)
        load(first);
    for (uint tile = first; tile < end; tile += CHUNK) {
        barrier(); // what was staged before has been read
        stage();
        barrier();
        if (tile + CHUNK < end)
            load(tile + CHUNK); // on its way while what is staged is multiplied
        multiply();
    }
    finish_elements();
    finish_bias();
}
