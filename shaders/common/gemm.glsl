// A tile of a matrix product, one a workgroup of 128 invocations:
//   out[row,column] = start[row] + sum over depth of a[row,depth] * b[depth,column].
// Terms are fused multiply-adds in ascending depth, so that tiles of every size give the same bits.
//
// What a pass makes of a convolution (n image, c input channel, k output channel, (p,q) output pixel, (r,s) tap):
//                     rows   depth  columns
//   forward           K      CRS    PQ        of one image
//   backward input    C      KRS    HW        of one image
//   backward weight   K      PQ     CRS       PQ being a run of pixels of one image
// and of the 2x2 transposed convolution with stride 2 ((p,q) input pixel):
//   forward           KRS    C      PQ
//   backward input    C      KRS    PQ
//   backward weight   C      PQ     KRS
// Neither a nor b exists in memory: elements are gathered from the tensors when a tile is staged in shared memory. The next
// tiles are loaded into registers while the present ones are multiplied.
//
// The kernel declares the constants TILE_ROWS and TILE_COLUMNS (a workgroup's part of the result), TILE_ROWS_EACH and
// TILE_COLUMNS_EACH (an invocation's part; multiples of 4, of which 128 make up the tile), TILE_DEPTH (what is staged at a
// time, a multiple of 6 or 8) and A_LOADS and B_LOADS (how many elements of either tile an invocation brings), and defines:
float load_a(uint load, uint depth0);         // the load-th of the invocation's elements of the tile that starts at depth0;
float load_b(uint load, uint depth0);         // beyond the depth one of the two is 0 and the other any finite number
uint place_a(uint load);                      // where in a_tile it belongs
uint place_b(uint load);
float start_of(uint row);                     // what the sums of a row start from
void store(uint row, uint column, float sum); // row and column may lie beyond the matrix
void on_tiles();                              // called whenever both tiles stand in shared memory

// Half as much for small tiles, which software drivers are given: they take long to compile more.
const uint UNROLL = (TILE_DEPTH % 3u == 0u ? 3u : 4u) * (TILE_ROWS_EACH * TILE_COLUMNS_EACH < 32u ? 1u : 2u);
const uint A_PITCH = TILE_ROWS + 4u; // padded, so that a column of the tile is spread over the banks
const uint B_PITCH = TILE_COLUMNS + 4u;
const uint COLUMN_LANES = TILE_COLUMNS / TILE_COLUMNS_EACH;
const uint ROW_LANES = TILE_ROWS / TILE_ROWS_EACH;

shared vec4 a_tile[TILE_DEPTH * A_PITCH / 4u]; // [depth][row]
shared vec4 b_tile[TILE_DEPTH * B_PITCH / 4u]; // [depth][column]

float a_next[A_LOADS];
float b_next[B_LOADS];
float sum[TILE_ROWS_EACH * TILE_COLUMNS_EACH];

// An invocation's rows and columns within the tile: runs of four, as far apart as the runs of all invocations need.
uint row_in_tile(uint i) {
    return i / 4u * 4u * ROW_LANES + gl_LocalInvocationID.x / COLUMN_LANES * 4u + i % 4u;
}

uint column_in_tile(uint j) {
    return j / 4u * 4u * COLUMN_LANES + gl_LocalInvocationID.x % COLUMN_LANES * 4u + j % 4u;
}

void load_tiles(uint depth0) {
    [[unroll]] for (uint i = 0u; i < A_LOADS; i++)
        a_next[i] = load_a(i, depth0);
    [[unroll]] for (uint i = 0u; i < B_LOADS; i++)
        b_next[i] = load_b(i, depth0);
}

void stage_tiles() {
    [[unroll]] for (uint i = 0u; i < A_LOADS; i++)
        a_tile[place_a(i) / 4u][place_a(i) % 4u] = a_next[i];
    [[unroll]] for (uint i = 0u; i < B_LOADS; i++)
        b_tile[place_b(i) / 4u][place_b(i) % 4u] = b_next[i];
}

void multiply_at(uint depth) {
    float a[TILE_ROWS_EACH];
    float b[TILE_COLUMNS_EACH];
    [[unroll]] for (uint i = 0u; i < TILE_ROWS_EACH; i += 4u) {
        vec4 four = a_tile[(depth * A_PITCH + row_in_tile(i)) / 4u];
        [[unroll]] for (uint part = 0u; part < 4u; part++)
            a[i + part] = four[part];
    }
    [[unroll]] for (uint j = 0u; j < TILE_COLUMNS_EACH; j += 4u) {
        vec4 four = b_tile[(depth * B_PITCH + column_in_tile(j)) / 4u];
        [[unroll]] for (uint part = 0u; part < 4u; part++)
            b[j + part] = four[part];
    }
    [[unroll]] for (uint i = 0u; i < TILE_ROWS_EACH; i++) {
        [[unroll]] for (uint j = 0u; j < TILE_COLUMNS_EACH; j++)
            sum[i * TILE_COLUMNS_EACH + j] = fma(a[i], b[j], sum[i * TILE_COLUMNS_EACH + j]);
    }
}

// The workgroup's tile, from row0 and column0 on, over the depth from `first` up to `end`.
void multiply(uint row0, uint column0, uint first, uint end) {
    [[unroll]] for (uint i = 0u; i < TILE_ROWS_EACH; i++) {
        float start = start_of(row0 + row_in_tile(i));
        [[unroll]] for (uint j = 0u; j < TILE_COLUMNS_EACH; j++)
            sum[i * TILE_COLUMNS_EACH + j] = start;
    }
    load_tiles(first);
    for (uint depth0 = first; depth0 < end; depth0 += TILE_DEPTH) {
        barrier(); // until then the tiles of the step before are read
        stage_tiles();
        barrier();
        if (depth0 + TILE_DEPTH < end)
            load_tiles(depth0 + TILE_DEPTH);
        on_tiles();
        [[dont_unroll]] for (uint depth = 0u; depth < TILE_DEPTH; depth += UNROLL) { // unrolled whole, it would fill instruction caches
            [[unroll]] for (uint i = 0u; i < UNROLL; i++)
                multiply_at(depth + i);
        }
    }
    [[unroll]] for (uint i = 0u; i < TILE_ROWS_EACH; i++) {
        [[unroll]] for (uint j = 0u; j < TILE_COLUMNS_EACH; j++)
            store(row0 + row_in_tile(i), column0 + column_in_tile(j), sum[i * TILE_COLUMNS_EACH + j]);
    }
}
