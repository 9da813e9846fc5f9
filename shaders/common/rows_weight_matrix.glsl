// Gradient of a convolution to its weight from packed rows by matrices of subgroups (GL_KHR_cooperative_matrix); see
// common/rows_weight.glsl.
// One workgroup of 256 invocations computes a tile; both factors stand in shared memory, TILE_DEPTH places at a time, while the next
// part is on its way in registers. Of the product each subgroup takes half the columns and its share of the rows. The including file
// declares SUBGROUP_SIZE, MATRIX_SIZE and what common/rows_weight.glsl asks for.
#include "common/rows_weight.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint ROWS_EACH = TILE_ROWS / (SUBGROUPS / 2u);
const uint COLUMNS_EACH = TILE_COLUMNS / 2u;
const uint PARTS_M = ROWS_EACH / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;
const uint GRADIENT_PITCH = TILE_ROWS / 8u + 1u; // of 16 bytes; the odd one spreads neighbouring places over the banks
const uint PIXEL_PITCH = TILE_COLUMNS / 8u + 1u;
const uint GRADIENT_LOADS = TILE_DEPTH * (TILE_ROWS / 8u) / gl_WorkGroupSize.x;
const uint PIXEL_LOADS = TILE_DEPTH * (TILE_COLUMNS / 8u) / gl_WorkGroupSize.x;

shared uvec4 gradient_part[TILE_DEPTH * GRADIENT_PITCH];
shared uvec4 pixel_part[TILE_DEPTH * PIXEL_PITCH];
shared float part_of_subgroup[SUBGROUPS * MATRIX_SIZE * MATRIX_SIZE];

uvec4 next_gradients[GRADIENT_LOADS]; // of the next part, for each invocation
uvec4 next_pixels[PIXEL_LOADS];

// Starts to load the part that begins at `gradient` and `pixel`: the invocation's eight channels of some places.
void load_part(uint gradient, uint pixel) {
    [[unroll]] for (uint i = 0u; i < GRADIENT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        next_gradients[i] = gradient_rows[gradient + item / (TILE_ROWS / 8u) * (gradient_rows_w / 8u) + item % (TILE_ROWS / 8u)];
    }
    [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        next_pixels[i] = pixel_rows[pixel + item / (TILE_COLUMNS / 8u) * (pixel_rows_w / 8u) + item % (TILE_COLUMNS / 8u)];
    }
}

void share_part() {
    [[unroll]] for (uint i = 0u; i < GRADIENT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        gradient_part[item / (TILE_ROWS / 8u) * GRADIENT_PITCH + item % (TILE_ROWS / 8u)] = next_gradients[i];
    }
    [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        pixel_part[item / (TILE_COLUMNS / 8u) * PIXEL_PITCH + item % (TILE_COLUMNS / 8u)] = next_pixels[i];
    }
}

void sum_products() {
    uint gradient = first_gradient();
    uint pixel = first_pixel();
    uint length = length_of_run(gl_WorkGroupID.z);
    uint row0 = gl_SubgroupID / 2u * ROWS_EACH;
    uint column0 = gl_SubgroupID % 2u * COLUMNS_EACH;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS_M * PARTS_N];
    [[unroll]] for (uint part = 0u; part < PARTS_M * PARTS_N; part++)
        sum[part] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    if (length > 0u)
        load_part(gradient, pixel);
    for (uint at = 0u; at < length; at += TILE_DEPTH) {
        barrier(); // the part before has been read
        share_part();
        barrier();
        uint next = at + TILE_DEPTH;
        if (next < length)
            load_part(gradient + next * (gradient_rows_w / 8u), pixel + next * (pixel_rows_w / 8u));
        [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k += MATRIX_SIZE) {
            coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[PARTS_M];
            [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                coopMatLoad(left[i], gradient_part, k * GRADIENT_PITCH + (row0 + i * MATRIX_SIZE) / 8u, GRADIENT_PITCH, gl_CooperativeMatrixLayoutColumnMajor);
            [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                coopMatLoad(right, pixel_part, k * PIXEL_PITCH + (column0 + j * MATRIX_SIZE) / 8u, PIXEL_PITCH, gl_CooperativeMatrixLayoutRowMajor);
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
                store_sum(row0 + i * MATRIX_SIZE + within / MATRIX_SIZE, column0 + j * MATRIX_SIZE + within % MATRIX_SIZE, part_of_subgroup[part0 + within]);
            }
            subgroupBarrier();
        }
    }
}
