// A product of two matrices on matrix units: out[m,n] = sum over k of left[m,k] * right[k,n], with factors rounded to Float16
// and sums in Float32. One workgroup computes TILE_M x TILE_N elements of out. In each round its invocations bring TILE_K
// columns of left and rows of right into shared memory; each subgroup multiplies PARTS_M x PARTS_N parts of MATRIX_SIZE rows and
// columns. The kernel that includes this has 128 invocations along x and the constants SUBGROUP_SIZE (8 to 64), MATRIX_SIZE (8 or
// 16), TILE_M (a multiple of 32, at most 128) and TILE_N (128, which every number of subgroups divides), and defines
//   float left_at(uint m, uint k), float right_at(uint k, uint n): a factor, 0 outside its matrix;
//   void store(uint m, uint n, float element): keeps an element of out, if it is inside.
// Neighbouring invocations load neighbouring k; with LEFT_ALONG_M neighbouring m, with RIGHT_ALONG_N neighbouring n: whichever
// lie side by side in memory. With ADDS_LEFT_ROWS (ADDS_RIGHT_COLUMNS), line_sum of invocation i is afterwards the sum of row
// i of the tile of left (of column i of the tile of right).

#include "common/float16.glsl"

const uint TILE_K = 32u;

// The subgroups stand in two rows.
const uint SUBGROUPS_N = gl_WorkGroupSize.x / SUBGROUP_SIZE / 2u;
const uint PARTS_M = TILE_M / MATRIX_SIZE / 2u;
const uint PARTS_N = TILE_N / MATRIX_SIZE / SUBGROUPS_N;

// Rows of shared memory are longer by 8 than they are filled, so that the rows of a part lie in different banks.
const uint PADDING_ELEMENTS = 8u;
#ifdef LEFT_ALONG_M
const uint LEFT_STRIDE = TILE_M + PADDING_ELEMENTS; // [k][m]
shared float16_t left_tile[TILE_K * LEFT_STRIDE];
const int LEFT_LAYOUT = gl_CooperativeMatrixLayoutColumnMajor;
#else
const uint LEFT_STRIDE = TILE_K + PADDING_ELEMENTS; // [m][k]
shared float16_t left_tile[TILE_M * LEFT_STRIDE];
const int LEFT_LAYOUT = gl_CooperativeMatrixLayoutRowMajor;
#endif
#ifdef RIGHT_ALONG_N
const uint RIGHT_STRIDE = TILE_N + PADDING_ELEMENTS; // [k][n]
shared float16_t right_tile[TILE_K * RIGHT_STRIDE];
const int RIGHT_LAYOUT = gl_CooperativeMatrixLayoutRowMajor;
#else
const uint RIGHT_STRIDE = TILE_K + PADDING_ELEMENTS; // [n][k]
shared float16_t right_tile[TILE_N * RIGHT_STRIDE];
const int RIGHT_LAYOUT = gl_CooperativeMatrixLayoutColumnMajor;
#endif
shared float part_of_subgroup[gl_WorkGroupSize.x / SUBGROUP_SIZE * MATRIX_SIZE * MATRIX_SIZE];

float line_sum = 0.0;

float left_at(uint m, uint k);
float right_at(uint k, uint n);
void store(uint m, uint n, float element);

void load_tiles(uint m0, uint n0, uint k0) {
    uint invocation = gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0u; i < TILE_M * TILE_K / gl_WorkGroupSize.x; i++) {
        uint element = i * gl_WorkGroupSize.x + invocation;
#ifdef LEFT_ALONG_M
        uint m = element % TILE_M;
        uint k = element / TILE_M;
        left_tile[k * LEFT_STRIDE + m] = float16_t(in_float16_range(left_at(m0 + m, k0 + k)));
#else
        uint k = element % TILE_K;
        uint m = element / TILE_K;
        left_tile[m * LEFT_STRIDE + k] = float16_t(in_float16_range(left_at(m0 + m, k0 + k)));
#endif
    }
    [[unroll]] for (uint i = 0u; i < TILE_N * TILE_K / gl_WorkGroupSize.x; i++) {
        uint element = i * gl_WorkGroupSize.x + invocation;
#ifdef RIGHT_ALONG_N
        uint n = element % TILE_N;
        uint k = element / TILE_N;
        right_tile[k * RIGHT_STRIDE + n] = float16_t(in_float16_range(right_at(k0 + k, n0 + n)));
#else
        uint k = element % TILE_K;
        uint n = element / TILE_K;
        right_tile[n * RIGHT_STRIDE + k] = float16_t(in_float16_range(right_at(k0 + k, n0 + n)));
#endif
    }
}

void add_lines() {
#ifdef ADDS_LEFT_ROWS
    if (gl_LocalInvocationID.x < TILE_M) {
        for (uint k = 0u; k < TILE_K; k++)
            line_sum += float(left_tile[gl_LocalInvocationID.x * LEFT_STRIDE + k]);
    }
#endif
#ifdef ADDS_RIGHT_COLUMNS
    for (uint k = 0u; k < TILE_K; k++)
        line_sum += float(right_tile[gl_LocalInvocationID.x * RIGHT_STRIDE + k]);
#endif
}

// Multiplies over k from first_k to end_k, from where on left_at or right_at are 0, and stores the tile at (m0, n0).
void multiply(uint m0, uint n0, uint first_k, uint end_k) {
    uint row = gl_SubgroupID / SUBGROUPS_N * PARTS_M * MATRIX_SIZE;
    uint column = gl_SubgroupID % SUBGROUPS_N * PARTS_N * MATRIX_SIZE;
    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS_M * PARTS_N];
    [[unroll]] for (uint part = 0u; part < PARTS_M * PARTS_N; part++)
        sum[part] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    for (uint k0 = first_k; k0 < end_k; k0 += TILE_K) {
        barrier(); // the round before has been read
        load_tiles(m0, n0, k0);
        barrier();
        add_lines();
        [[unroll]] for (uint k = 0u; k < TILE_K; k += MATRIX_SIZE) {
            coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[PARTS_M];
            [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
#ifdef LEFT_ALONG_M
                coopMatLoad(left[i], left_tile, k * LEFT_STRIDE + row + i * MATRIX_SIZE, LEFT_STRIDE, LEFT_LAYOUT);
#else
                coopMatLoad(left[i], left_tile, (row + i * MATRIX_SIZE) * LEFT_STRIDE + k, LEFT_STRIDE, LEFT_LAYOUT);
#endif
            }
            [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
#ifdef RIGHT_ALONG_N
                coopMatLoad(right, right_tile, k * RIGHT_STRIDE + column + j * MATRIX_SIZE, RIGHT_STRIDE, RIGHT_LAYOUT);
#else
                coopMatLoad(right, right_tile, (column + j * MATRIX_SIZE) * RIGHT_STRIDE + k, RIGHT_STRIDE, RIGHT_LAYOUT);
#endif
                [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                    sum[i * PARTS_N + j] = coopMatMulAdd(left[i], right, sum[i * PARTS_N + j]);
            }
        }
    }

    // A matrix cannot be stored where only a part of it is inside, so each goes through shared memory.
    uint place = gl_SubgroupID * MATRIX_SIZE * MATRIX_SIZE;
    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
        [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
            coopMatStore(sum[i * PARTS_N + j], part_of_subgroup, place, MATRIX_SIZE, gl_CooperativeMatrixLayoutRowMajor);
            subgroupBarrier();
            for (uint element = gl_SubgroupInvocationID; element < MATRIX_SIZE * MATRIX_SIZE; element += SUBGROUP_SIZE)
                store(m0 + row + i * MATRIX_SIZE + element / MATRIX_SIZE, n0 + column + j * MATRIX_SIZE + element % MATRIX_SIZE, part_of_subgroup[place + element]);
            subgroupBarrier();
        }
    }
}
