// Gradient of a convolution to its weight from packed rows by matrices of subgroups (GL_KHR_cooperative_matrix); see
// common/rows_weight.glsl.
// One workgroup computes a tile; both factors stand in shared memory, TILE_DEPTH places at a time, in a ring of TILE_STAGES parts (see
// common/rows_stages.glsl). Of the product each subgroup takes half the columns and its share of the rows. The including file declares
// its number of invocations, SUBGROUP_SIZE, MATRIX_SIZE, TILE_STAGES and what common/rows_weight.glsl asks for.
#include "common/rows_stages.glsl"
#include "common/rows_weight.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint ROWS_EACH = TILE_ROWS / (SUBGROUPS / 2u);
const uint COLUMNS_EACH = TILE_COLUMNS / 2u;
const uint PARTS_M = ROWS_EACH / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;
const uint LEFT_PITCH = TILE_ROWS / 8u + 1u; // of 16 bytes; the odd one spreads neighbouring places over the banks
const uint RIGHT_PITCH = TILE_COLUMNS / 8u + 1u;
const uint LEFT_LOADS = TILE_DEPTH * (TILE_ROWS / 8u) / gl_WorkGroupSize.x;
const uint RIGHT_LOADS = TILE_DEPTH * (TILE_COLUMNS / 8u) / gl_WorkGroupSize.x;

shared uvec4 left_part[TILE_STAGES * TILE_DEPTH * LEFT_PITCH];
shared uvec4 right_part[TILE_STAGES * TILE_DEPTH * RIGHT_PITCH];
shared float part_of_subgroup[SUBGROUPS * MATRIX_SIZE * MATRIX_SIZE];

uvec4 next_left[LEFT_LOADS]; // of the next part, for each invocation
uvec4 next_right[RIGHT_LOADS];

// Starts to load the part that begins at `left` and `right`: the invocation's eight channels of some places.
void load_part(uint left, uint right) {
    [[unroll]] for (uint i = 0u; i < LEFT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        next_left[i] = LEFT_ROWS[left + item / (TILE_ROWS / 8u) * (left_row_channels() / 8u) + item % (TILE_ROWS / 8u)];
    }
    [[unroll]] for (uint i = 0u; i < RIGHT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        next_right[i] = RIGHT_ROWS[right + item / (TILE_COLUMNS / 8u) * (right_row_channels() / 8u) + item % (TILE_COLUMNS / 8u)];
    }
}

void share_part(uint stage) {
    [[unroll]] for (uint i = 0u; i < LEFT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        left_part[(stage * TILE_DEPTH + item / (TILE_ROWS / 8u)) * LEFT_PITCH + item % (TILE_ROWS / 8u)] = next_left[i];
    }
    [[unroll]] for (uint i = 0u; i < RIGHT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        right_part[(stage * TILE_DEPTH + item / (TILE_COLUMNS / 8u)) * RIGHT_PITCH + item % (TILE_COLUMNS / 8u)] = next_right[i];
    }
}

void sum_products() {
    uint left_start = first_left();
    uint right_start = first_right();
    uint length = length_of_run(gl_WorkGroupID.z);
    uint row0 = gl_SubgroupID / 2u * ROWS_EACH;
    uint column0 = gl_SubgroupID % 2u * COLUMNS_EACH;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS_M * PARTS_N];
    [[unroll]] for (uint part = 0u; part < PARTS_M * PARTS_N; part++)
        sum[part] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    uint parts = (length + TILE_DEPTH - 1u) / TILE_DEPTH;
    if (length > 0u)
        load_part(left_start, right_start);
    for (uint turn = 0u; turn < turns_of(parts); turn++) {
        uint next = (turn + 1u) * TILE_DEPTH;
        barrier();
        if (shares_part(turn, parts))
            share_part(stage_shared(turn));
        if (TILE_STAGES == 1u)
            barrier();
        if (next < length)
            load_part(left_start + next * (left_row_channels() / 8u), right_start + next * (right_row_channels() / 8u));
        if (!multiplies_part(turn))
            continue;
        uint stage = stage_multiplied(turn) * TILE_DEPTH;
        [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k += MATRIX_SIZE) {
            coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[PARTS_M];
            [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                coopMatLoad(left[i], left_part, (stage + k) * LEFT_PITCH + (row0 + i * MATRIX_SIZE) / 8u,
                    LEFT_PITCH, gl_CooperativeMatrixLayoutColumnMajor);
            [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                coopMatLoad(right, right_part, (stage + k) * RIGHT_PITCH + (column0 + j * MATRIX_SIZE) / 8u,
                    RIGHT_PITCH, gl_CooperativeMatrixLayoutRowMajor);
                [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                    sum[i * PARTS_N + j] = coopMatMulAdd(left[i], right, sum[i * PARTS_N + j]);
            }
        }
    }

    uint part0 = gl_SubgroupID * MATRIX_SIZE * MATRIX_SIZE;
    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
        [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
            coopMatStore(sum[i * PARTS_N + j], part_of_subgroup, part0, MATRIX_SIZE, gl_CooperativeMatrixLayoutRowMajor);
            subgroupBarrier();
            [[unroll]] for (uint element = 0u; element < MATRIX_SIZE * MATRIX_SIZE; element += SUBGROUP_SIZE) {
                uint within = element + gl_SubgroupInvocationID;
                store_sum(row0 + i * MATRIX_SIZE + within / MATRIX_SIZE, column0 + j * MATRIX_SIZE + within % MATRIX_SIZE,
                    part_of_subgroup[part0 + within]);
            }
            subgroupBarrier();
        }
    }
}
