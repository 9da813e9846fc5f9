// Gradient of a convolution to its weight from packed rows by matrices of subgroups (GL_KHR_cooperative_matrix); see
// common/rows_weight.glsl.
// One workgroup computes a tile; both factors pass through shared memory, TILE_DEPTH places at a time and of the right rows the few
// behind them, which all taps read, each from its own place on. Of the product each subgroup takes a quarter of the columns (or half,
// where quarters are no whole matrices, and of few subgroups in pairs) and its share of the rows.
// With FLOAT16_WINOGRAD = 1, what two neighbouring places add to the three taps of a row are four products instead of six, by Winograd's
// F(2,3) (see common/rows_winograd.glsl): matrices are pairs of places deep then, and each subgroup sums all four for its share.
// The including file declares its number of invocations, SUBGROUP_SIZE, MATRIX_SIZE, FLOAT16_WINOGRAD and what common/rows_weight.glsl asks
// for.
#include "common/rows_weight.glsl"
#include "common/rows_winograd.glsl"

const uint SUMS_EACH = IN_PAIRS ? WINOGRAD_ELEMENTS : 1u;

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint COLUMNS = IN_PAIRS ? TILE_COLUMNS : KERNEL * TILE_COLUMNS; // that subgroups share
const uint WINOGRAD_QUARTERS = 8u; // subgroups: with fewer, squarer shares load less
const uint SUBGROUPS_FOR_QUARTERS = IN_PAIRS ? WINOGRAD_QUARTERS : 1u;
const uint SUBGROUP_COLUMNS = 2u + 2u * uint(COLUMNS % (4u * MATRIX_SIZE) == 0u) * uint(SUBGROUPS >= SUBGROUPS_FOR_QUARTERS);
const uint ROWS_EACH = TILE_ROWS / (SUBGROUPS / SUBGROUP_COLUMNS);
const uint COLUMNS_EACH = COLUMNS / SUBGROUP_COLUMNS;
const uint PARTS_M = ROWS_EACH / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;
const uint LEFT_EIGHTS = TILE_ROWS / 8u;
const uint RIGHT_EIGHTS = TILE_COLUMNS / 8u;
const uint LEFT_PITCH = LEFT_EIGHTS + 1u; // of 16 bytes; the odd one spreads neighbouring places over the banks
const uint RIGHT_PITCH = RIGHT_EIGHTS + 1u;
const uint RIGHT_PLACES = TILE_DEPTH + KERNEL - 1u;
const uint LEFT_LOADS = (TILE_DEPTH * LEFT_EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
const uint RIGHT_LOADS = (RIGHT_PLACES * RIGHT_EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;

shared uvec4 left_part[TILE_DEPTH * LEFT_PITCH];
shared uvec4 right_part[RIGHT_PLACES * RIGHT_PITCH];

uvec4 next_left[LEFT_LOADS]; // of the next part, for each invocation
uvec4 next_right[RIGHT_LOADS];

// Each invocation loads eight channels of one place of the part, and of those that lie so many places further on.
const uint LEFT_LOADED = gl_WorkGroupSize.x / LEFT_EIGHTS;
const uint RIGHT_LOADED = gl_WorkGroupSize.x / RIGHT_EIGHTS;

uint left_place() {
    return gl_LocalInvocationID.x / LEFT_EIGHTS;
}

uint right_place() {
    return gl_LocalInvocationID.x / RIGHT_EIGHTS;
}

// Whether there is such a place among all.
bool loads_left(uint load) {
    return TILE_DEPTH % LEFT_LOADED == 0u || load * LEFT_LOADED + left_place() < TILE_DEPTH;
}

bool loads_right(uint load) {
    return RIGHT_PLACES % RIGHT_LOADED == 0u || load * RIGHT_LOADED + right_place() < RIGHT_PLACES;
}

// Starts to load the part that begins at `left` and `right`, for this invocation.
void load_part(uint left, uint right) {
    [[unroll]] for (uint i = 0u; i < LEFT_LOADS; i++) {
        if (loads_left(i))
            next_left[i] = LEFT_ROWS[left + i * LEFT_LOADED * (left_row_channels() / 8u)];
    }
    [[unroll]] for (uint i = 0u; i < RIGHT_LOADS; i++) {
        if (loads_right(i))
            next_right[i] = RIGHT_ROWS[right + i * RIGHT_LOADED * (right_row_channels() / 8u)];
    }
}

void share_part(uint left_at, uint right_at) {
    [[unroll]] for (uint i = 0u; i < LEFT_LOADS; i++) {
        if (loads_left(i))
            left_part[left_at + i * (LEFT_LOADED / PLACES_EACH * LEFT_PITCH)] = next_left[i];
    }
    [[unroll]] for (uint i = 0u; i < RIGHT_LOADS; i++) {
        if (loads_right(i))
            right_part[right_at + i * (RIGHT_LOADED / PLACES_EACH * RIGHT_PITCH)] = next_right[i];
    }
}

void sum_products() {
    uint left_eight = gl_LocalInvocationID.x % LEFT_EIGHTS;
    uint right_eight = gl_LocalInvocationID.x % RIGHT_EIGHTS;
    uint left_start = first_left() + left_place() * (left_row_channels() / 8u) + left_eight;
    uint right_start = first_right() + right_place() * (right_row_channels() / 8u) + right_eight;
    uint left_at = staged_row(left_place(), TILE_DEPTH) * LEFT_PITCH + left_eight;
    uint right_at = staged_row(right_place(), RIGHT_PLACES) * RIGHT_PITCH + right_eight;
    uint length = length_of_run(gl_WorkGroupID.z);
    uint row0 = gl_SubgroupID / SUBGROUP_COLUMNS * ROWS_EACH;
    uint column0 = gl_SubgroupID % SUBGROUP_COLUMNS * COLUMNS_EACH;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[SUMS_EACH * PARTS_M * PARTS_N];
    [[unroll]] for (uint i = 0u; i < SUMS_EACH * PARTS_M * PARTS_N; i++)
        sum[i] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    if (length > 0u)
        load_part(left_start, right_start);
    for (uint place = 0u; place < length; place += TILE_DEPTH) {
        barrier();
        share_part(left_at, right_at);
        barrier();
        uint next = place + TILE_DEPTH;
        if (next < length)
            load_part(left_start + next * (left_row_channels() / 8u), right_start + next * (right_row_channels() / 8u));
        // Unrolled, it would hold the factors of all turns in registers, and fewer workgroups would run beside it.
        [[dont_unroll]] for (uint k = 0u; k < TILE_DEPTH / PLACES_EACH; k += MATRIX_SIZE) {
            coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[SUMS_EACH * PARTS_M];
            [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
                uint row = (row0 + i * MATRIX_SIZE) / 8u;
                coopMatLoad(left[i], left_part, k * LEFT_PITCH + row, LEFT_PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                if (IN_PAIRS) {
                    uint last = 3u * PARTS_M;
                    coopMatLoad(left[last + i], left_part, (TILE_DEPTH / 2u + k) * LEFT_PITCH + row,
                        LEFT_PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                    left[PARTS_M + i] = left[i] + left[last + i];
                    left[2u * PARTS_M + i] = left[i] - left[last + i];
                }
            }
            [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                uint column = column0 + j * MATRIX_SIZE;
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> place[4]; // or only one
                if (IN_PAIRS) {
                    [[unroll]] for (uint s = 0u; s < 4u; s++)
                        coopMatLoad(place[s], right_part, (s % 2u * (RIGHT_PLACES / 2u) + s / 2u + k) * RIGHT_PITCH + column / 8u,
                            RIGHT_PITCH, gl_CooperativeMatrixLayoutRowMajor);
                } else {
                    coopMatLoad(place[0], right_part, (k + column / TILE_COLUMNS) * RIGHT_PITCH + column % TILE_COLUMNS / 8u,
                        RIGHT_PITCH, gl_CooperativeMatrixLayoutRowMajor);
                }
                [[unroll]] for (uint element = 0u; element < SUMS_EACH; element++) {
                    coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right = place[0];
                    if (IN_PAIRS && element == 0u)
                        right = place[0] - place[2];
                    if (IN_PAIRS && element == 1u)
                        right = place[1] + place[2];
                    if (IN_PAIRS && element > 1u)
                        right = place[element] - place[1];
                    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
                        uint at = (element * PARTS_M + i) * PARTS_N + j;
                        sum[at] = coopMatMulAdd(left[element * PARTS_M + i], right, sum[at]);
                    }
                }
            }
        }
    }

    // Channels are filled up to whole matrices, so that those go to memory as they are.
    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
        [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
            uint left = gl_WorkGroupID.y * TILE_ROWS + row0 + i * MATRIX_SIZE;
            uint column = column0 + j * MATRIX_SIZE;
            uint right = gl_WorkGroupID.x % column_tiles() * TILE_COLUMNS + column % TILE_COLUMNS;
            if (left >= left_row_channels() || right >= right_row_channels())
                continue;
            uint at = i * PARTS_N + j;
            if (IN_PAIRS) {
                const uint others = PARTS_M * PARTS_N;
                coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> half_of_both
                    = (sum[at + others] + sum[at + 2u * others]) * 0.5;
                coopMatStore(sum[at] + half_of_both, tap_weight, place_of_sum(left, right, 0u),
                    right_row_channels(), gl_CooperativeMatrixLayoutRowMajor);
                coopMatStore((sum[at + others] - sum[at + 2u * others]) * 0.5, tap_weight, place_of_sum(left, right, 1u),
                    right_row_channels(), gl_CooperativeMatrixLayoutRowMajor);
                coopMatStore(half_of_both + sum[at + 3u * others], tap_weight, place_of_sum(left, right, 2u),
                    right_row_channels(), gl_CooperativeMatrixLayoutRowMajor);
            } else {
                coopMatStore(sum[at], tap_weight, place_of_sum(left, right, column / TILE_COLUMNS),
                    right_row_channels(), gl_CooperativeMatrixLayoutRowMajor);
            }
        }
    }
}
