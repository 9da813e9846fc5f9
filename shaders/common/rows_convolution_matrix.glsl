// A convolution from packed rows (see common/rows_convolution.glsl) by matrices of subgroups (GL_KHR_cooperative_matrix).
// One workgroup computes TILE_COLUMNS channels at TILE_ROWS places of the line of one image; both factors stand in shared memory,
// TILE_DEPTH of the depth at a time, in a ring of TILE_STAGES parts (see common/rows_stages.glsl). Of the product each subgroup takes half
// the columns and its share of the rows. The including file declares its number of invocations, SUBGROUP_SIZE, MATRIX_SIZE, TILE_STAGES,
// TILE_DEPTH (of which KERNEL * row_channels() is a multiple), what common/rows_convolution.glsl asks for, and the buffers weight_rows
// and, by the name SOURCE_ROWS, that of the source.
#include "common/rows_convolution.glsl"
#include "common/rows_stages.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint ROWS_EACH = TILE_ROWS / (SUBGROUPS / 2u);
const uint COLUMNS_EACH = TILE_COLUMNS / 2u;
const uint PARTS_M = ROWS_EACH / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;
const uint EIGHTS = TILE_DEPTH / 8u;
const uint PITCH = EIGHTS + 1u; // of 16 bytes; the odd one spreads neighbouring rows over the banks
const uint SUM_PITCH = MATRIX_SIZE + 4u;
const uint PIXEL_LOADS = (TILE_ROWS * EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
const uint WEIGHT_LOADS = (TILE_COLUMNS * EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;

shared uvec4 pixel_part[TILE_STAGES * TILE_ROWS * PITCH];
shared uvec4 weight_part[TILE_STAGES * TILE_COLUMNS * PITCH];
shared float part_of_subgroup[SUBGROUPS * MATRIX_SIZE * SUM_PITCH];

uvec4 next_pixels[PIXEL_LOADS]; // of the next part, for each invocation
uvec4 next_weights[WEIGHT_LOADS];

// Whether the invocation loads a part of so many rows: few short ones do not suffice for all.
bool loads_of(uint rows) {
    return rows * EIGHTS >= gl_WorkGroupSize.x || gl_LocalInvocationID.x < rows * EIGHTS;
}

// Starts to load the part that begins at `pixel` and `weight`: the invocation's eight channels of some rows.
void load_part(uint pixel, uint weight) {
    uint row = gl_LocalInvocationID.x / EIGHTS;
    uint eight = gl_LocalInvocationID.x % EIGHTS;
    if (loads_of(TILE_ROWS)) {
        [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++)
            next_pixels[i] = SOURCE_ROWS[pixel + (row + i * (gl_WorkGroupSize.x / EIGHTS)) * (row_channels() / 8u) + eight];
    }
    if (loads_of(TILE_COLUMNS)) {
        [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++)
            next_weights[i] = weight_rows[weight + (row + i * (gl_WorkGroupSize.x / EIGHTS)) * (KERNEL * KERNEL * (row_channels() / 8u))
                + eight];
    }
}

void share_part(uint stage) {
    uint place = gl_LocalInvocationID.x / EIGHTS * PITCH + gl_LocalInvocationID.x % EIGHTS;
    if (loads_of(TILE_ROWS)) {
        [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++)
            pixel_part[stage * (TILE_ROWS * PITCH) + place + i * (gl_WorkGroupSize.x / EIGHTS) * PITCH] = next_pixels[i];
    }
    if (loads_of(TILE_COLUMNS)) {
        [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++)
            weight_part[stage * (TILE_COLUMNS * PITCH) + place + i * (gl_WorkGroupSize.x / EIGHTS) * PITCH] = next_weights[i];
    }
}

void convolve() {
    find_target_pixels();
    uint eights = row_channels() / 8u;
    uint run = KERNEL * eights;
    uint pixel = (gl_WorkGroupID.z * row_count() + first_place() + gl_WorkGroupID.y * TILE_ROWS) * eights;
    uint weight = gl_WorkGroupID.x * TILE_COLUMNS * (KERNEL * run);
    uint next_run = line_width() * eights - run; // from the end of the stretch of one r to the beginning of that of the next
    uint end_of_run = run;
    uint row0 = gl_SubgroupID / 2u * ROWS_EACH;
    uint column0 = gl_SubgroupID % 2u * COLUMNS_EACH;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS_M * PARTS_N];
    [[unroll]] for (uint part = 0u; part < PARTS_M * PARTS_N; part++)
        sum[part] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    uint parts = KERNEL * run / EIGHTS;
    load_part(pixel, weight);
    for (uint turn = 0u; turn < turns_of(parts); turn++) {
        uint next = (turn + 1u) * EIGHTS;
        barrier();
        if (shares_part(turn, parts))
            share_part(stage_shared(turn));
        if (TILE_STAGES == 1u)
            barrier();
        if (next == end_of_run) {
            pixel += next_run;
            end_of_run += run;
        }
        if (next < KERNEL * run)
            load_part(pixel + next, weight + next);
        if (!multiplies_part(turn))
            continue;
        uint pixel_stage = stage_multiplied(turn) * (TILE_ROWS * PITCH);
        uint weight_stage = stage_multiplied(turn) * (TILE_COLUMNS * PITCH);
        [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k += MATRIX_SIZE) {
            coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[PARTS_M];
            [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                coopMatLoad(left[i], pixel_part, pixel_stage + (row0 + i * MATRIX_SIZE) * PITCH + k / 8u,
                    PITCH, gl_CooperativeMatrixLayoutRowMajor);
            [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                coopMatLoad(right, weight_part, weight_stage + (column0 + j * MATRIX_SIZE) * PITCH + k / 8u,
                    PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                    sum[i * PARTS_N + j] = coopMatMulAdd(left[i], right, sum[i * PARTS_N + j]);
            }
        }
    }

    // A matrix cannot be stored where only a part of it is inside, so each goes through shared memory; neighbours store neighbouring
    // places.
    uint part0 = gl_SubgroupID * MATRIX_SIZE * SUM_PITCH;
    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
        [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
            coopMatStore(sum[i * PARTS_N + j], part_of_subgroup, part0, SUM_PITCH, gl_CooperativeMatrixLayoutRowMajor);
            subgroupBarrier();
            float result[MATRIX_SIZE * MATRIX_SIZE / SUBGROUP_SIZE];
            [[unroll]] for (uint e = 0u; e < MATRIX_SIZE * MATRIX_SIZE / SUBGROUP_SIZE; e++) {
                uint place = (e * SUBGROUP_SIZE + gl_SubgroupInvocationID) % MATRIX_SIZE;
                uint channel = (e * SUBGROUP_SIZE + gl_SubgroupInvocationID) / MATRIX_SIZE;
                float each = part_of_subgroup[part0 + place * SUM_PITCH + channel];
                result[e] = finished_sum(row0 + i * MATRIX_SIZE + place, column0 + j * MATRIX_SIZE + channel, each);
            }
            [[unroll]] for (uint e = 0u; e < MATRIX_SIZE * MATRIX_SIZE / SUBGROUP_SIZE; e++) {
                uint place = (e * SUBGROUP_SIZE + gl_SubgroupInvocationID) % MATRIX_SIZE;
                uint channel = (e * SUBGROUP_SIZE + gl_SubgroupInvocationID) / MATRIX_SIZE;
                store_result(row0 + i * MATRIX_SIZE + place, column0 + j * MATRIX_SIZE + channel, result[e]);
            }
            subgroupBarrier();
        }
    }
}
