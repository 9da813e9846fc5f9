// What convolutions by Winograd's F(2x2,3x3) (see common/winograd.glsl) share on GPUs: for each of the 16 points of the transforms a
// matrix product [TILE_ROWS] x [depth] times [depth] x [TILE_COLUMNS], in Float32.
// One workgroup of 256 invocations computes all points: 16 invocations each, of which each takes TILE_ROWS / 4 x TILE_COLUMNS / 4
// elements in runs of four. Terms are fused multiply-adds in the order of the depth, so that tiles of every size give the same bits.
// The including file declares TILE_ROWS (32 or 64), TILE_COLUMNS (16, 32 or 64) and TILE_DEPTH (4 or 8), stages the factors and defines
// prepare(element, row, column) and then finish(element, row, column, products), which takes all 16 products of the invocation's
// elements one by one, and meant(part, pixel), what counts as a pixel of a tile.
#include "common/winograd.glsl"

const uint POINTS = 16u;
const uint ROWS_EACH = TILE_ROWS / 4u;
const uint COLUMNS_EACH = TILE_COLUMNS / 4u;
// In shared memory, in units of four numbers, even points lie before odd ones; the gaps give two points that are read, and neighbouring
// steps of the depth that are written at a time, banks of their own.
const uint LEFT_PITCH = 4u * TILE_ROWS + 6u;
const uint RIGHT_PITCH = 4u * TILE_COLUMNS + 6u;
const uint RIGHT = TILE_DEPTH * LEFT_PITCH;
const uint STAGED = TILE_DEPTH * (LEFT_PITCH + RIGHT_PITCH);
// To bring the points of an element together, each invocation takes one element at a time.
const uint ELEMENTS = 256u;
const uint ROWS_A_TIME = ELEMENTS / TILE_COLUMNS / 4u; // of each run of four rows
const uint ELEMENTS_EACH = TILE_ROWS * TILE_COLUMNS / ELEMENTS;
const uint EXCHANGED = POINTS * ELEMENTS / 4u;

// Tiles of 4x4 pixels become columns of the right factor: each by one invocation, or where there are fewer tiles than invocations by
// two, of which each loads three of its rows and gets two rows of points.
const uint TILES = TILE_DEPTH * TILE_COLUMNS;
const uint HALVES = TILES < gl_WorkGroupSize.x ? 2u : 1u;
const uint TILE_HEIGHT = HALVES == 2u ? 3u : 4u; // rows that an invocation loads

shared vec4 staged[STAGED > EXCHANGED ? STAGED : EXCHANGED];

vec4 tile_rows[4]; // TILE_HEIGHT rows of the invocation's tile
uint beyond;       // bits of its pixels that lie beyond the tensor, row by row

float sum[ROWS_EACH * COLUMNS_EACH];

void prepare(uint element, uint row, uint column);

void finish(uint element, uint row, uint column, mat4 products);

float meant(uint part, float pixel);

uint point() {
    return gl_LocalInvocationID.x / 16u;
}

uint row_lane() {
    return gl_LocalInvocationID.x / 4u % 4u;
}

uint column_lane() {
    return gl_LocalInvocationID.x % 4u;
}

uint place_of(uint point, uint size) {
    return point / 2u * (size / 4u) + point % 2u * (2u * size + 4u);
}

// Puts one point of the left factor's row, or of the right factor's column.
void put_left(uint k, uint point, uint row, float factor) {
    staged[k * LEFT_PITCH + place_of(point, TILE_ROWS) + row / 4u][row % 4u] = factor;
}

void put_right(uint k, uint point, uint column, float factor) {
    staged[RIGHT + k * RIGHT_PITCH + place_of(point, TILE_COLUMNS) + column / 4u][column % 4u] = factor;
}

// Which of two halves of a tile the invocation loads, if any.
uint half_of_tile() {
    return gl_LocalInvocationID.x / TILES;
}

// Puts what has been loaded of a tile into a column of the right factor. `part` is for meant(part, pixel).
void put_tile(uint part, uint k, uint column) {
    [[unroll]] for (uint i = 0u; i < TILE_HEIGHT * 4u; i++)
        tile_rows[i / 4u][i % 4u] = meant(part, tile_rows[i / 4u][i % 4u]);
    if (beyond != 0u) {
        [[unroll]] for (uint i = 0u; i < TILE_HEIGHT * 4u; i++)
            tile_rows[i / 4u][i % 4u] = (beyond >> i & 1u) == 0u ? tile_rows[i / 4u][i % 4u] : 0.0;
    }
    if (HALVES == 1u) {
        mat4 transformed = winograd_input(mat4(tile_rows[0], tile_rows[1], tile_rows[2], tile_rows[3]));
        [[unroll]] for (uint p = 0u; p < POINTS; p++)
            put_right(k, p, column, transformed[p / 4u][p % 4u]);
    } else {
        uint second = half_of_tile();
        vec4 first = winograd_input(tile_rows[0]);
        vec4 last = winograd_input(tile_rows[2]);
        vec4 outer = first - last;
        vec4 inner = winograd_input(tile_rows[1]) + (second == 0u ? last : -first);
        [[unroll]] for (uint i = 0u; i < 4u; i++) {
            put_right(k, i * 4u + second * 3u, column, outer[i]);
            put_right(k, i * 4u + 1u + second, column, inner[i]);
        }
    }
}

void clear_sums() {
    [[unroll]] for (uint i = 0u; i < ROWS_EACH * COLUMNS_EACH; i++)
        sum[i] = 0.0;
}

void multiply() {
    uint left = place_of(point(), TILE_ROWS) + row_lane();
    uint right = RIGHT + place_of(point(), TILE_COLUMNS) + column_lane();
    [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k++) {
        vec4 column[COLUMNS_EACH / 4u];
        [[unroll]] for (uint j = 0u; j < COLUMNS_EACH / 4u; j++)
            column[j] = staged[right + k * RIGHT_PITCH + j * 4u];
        [[unroll]] for (uint i = 0u; i < ROWS_EACH / 4u; i++) {
            vec4 row = staged[left + k * LEFT_PITCH + i * 4u];
            [[unroll]] for (uint r = 0u; r < 4u; r++) {
                [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++) {
                    uint at = (i * 4u + r) * COLUMNS_EACH + j;
                    sum[at] = fma(row[r], column[j / 4u][j % 4u], sum[at]);
                }
            }
        }
    }
}

// Row of the invocation's element of a time.
uint row_of(uint i, uint first) {
    uint row = gl_LocalInvocationID.x / TILE_COLUMNS;
    return i * 16u + row / ROWS_A_TIME * 4u + first + row % ROWS_A_TIME;
}

void finish_elements() {
    uint lane = gl_LocalInvocationID.x;
    uint column = lane % TILE_COLUMNS;
    [[unroll]] for (uint i = 0u; i < ROWS_EACH; i += ROWS_A_TIME)
        prepare(i / ROWS_A_TIME, row_of(i / 4u, i % 4u), column);
    [[unroll]] for (uint i = 0u; i < ROWS_EACH; i += ROWS_A_TIME) {
        barrier(); // what lay there has been read
        [[unroll]] for (uint r = 0u; r < ROWS_A_TIME; r++) {
            uint row = point() * (4u * ROWS_A_TIME) + row_lane() * ROWS_A_TIME + r;
            [[unroll]] for (uint j = 0u; j < COLUMNS_EACH / 4u; j++) {
                uint at = (i + r) * COLUMNS_EACH + j * 4u;
                staged[row * (TILE_COLUMNS / 4u) + j * 4u + column_lane()] = vec4(sum[at], sum[at + 1u], sum[at + 2u], sum[at + 3u]);
            }
        }
        barrier();
        mat4 products;
        [[unroll]] for (uint p = 0u; p < POINTS; p++)
            products[p / 4u][p % 4u] = staged[(p * ELEMENTS + lane) / 4u][lane % 4u];
        finish(i / ROWS_A_TIME, row_of(i / 4u, i % 4u), column, products);
    }
}
