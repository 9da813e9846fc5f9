// A convolution on matrix units: [channels of the target] x [channels of the source] times [channels of the source] x [pixels],
// once for every tap, with factors rounded to Float16 and sums in Float32. The right factors of all taps are parts of one window
// (see common/matrix_window.glsl); the left ones come from matrix_weight (see common/matrix_packing.glsl).
// One workgroup of 128 invocations computes TILE_M channels of TILE_N pixels of the line of one image; of these each subgroup takes
// an equal part. The including file declares SUBGROUP_SIZE (8 to 64), MATRIX_SIZE (8 or 16) and TILE_N (a multiple of MATRIX_SIZE
// for each subgroup), what common/matrix_window.glsl asks for, and the buffer matrix_weight, and defines target_channels(),
// target_height(), target_width() and store(channel, row, column, sum).
const uint TILE_M = 64u;
const uint LENGTH = TILE_N;
#include "common/matrix_window.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint COLUMNS_EACH = TILE_N / SUBGROUPS;
const uint PARTS_M = TILE_M / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;

shared float part_of_subgroup[SUBGROUPS * MATRIX_SIZE * MATRIX_SIZE];

void convolve() {
    uint m0 = gl_WorkGroupID.x * TILE_M;
    uint n0 = gl_WorkGroupID.y * TILE_N;
    uint rows = (target_channels() + TILE_M - 1u) / TILE_M * TILE_M;
    uint column = gl_SubgroupID * COLUMNS_EACH;
    uint pixel[WINDOW_LOADS]; // that the invocation loads
    [[unroll]] for (uint i = 0u; i < WINDOW_LOADS; i++)
        pixel[i] = pixel_in_window((i * gl_WorkGroupSize.x + gl_LocalInvocationID.x) % PLACES, n0);

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS_M * PARTS_N];
    [[unroll]] for (uint part = 0u; part < PARTS_M * PARTS_N; part++)
        sum[part] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    for (uint chunk = 0u; chunk * CHUNK < source_channels(); chunk++) {
        barrier(); // the window before has been read
        [[unroll]] for (uint i = 0u; i < WINDOW_LOADS; i++) { // loaded before the barrier, it would take registers all the while: slower
            uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
            if (item < 2u * PLACES)
                window[item % PLACES * PITCH + item / PLACES] = eight_channels(chunk * CHUNK + item / PLACES * 8u, pixel[i]);
        }
        barrier();
        [[dont_unroll]] for (uint r = 0u; r < KERNEL; r++) {
            [[unroll]] for (uint s = 0u; s < KERNEL; s++) {
                [[unroll]] for (uint k = 0u; k < CHUNK; k += MATRIX_SIZE) {
                    coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[PARTS_M];
                    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
                        uint row = ((chunk * KERNEL + r) * KERNEL + s) * rows + m0 + i * MATRIX_SIZE;
                        coopMatLoad(left[i], matrix_weight, (row * CHUNK + k) / 8u, CHUNK / 8u, gl_CooperativeMatrixLayoutRowMajor);
                    }
                    [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                        uint place = r * RUN + s + column + j * MATRIX_SIZE;
                        coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                        coopMatLoad(right, window, place * PITCH + k / 8u, PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                        [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                            sum[i * PARTS_N + j] = coopMatMulAdd(left[i], right, sum[i * PARTS_N + j]);
                    }
                }
            }
        }
    }

    // A matrix cannot be stored where only a part of it is inside, so each goes through shared memory.
    uint part0 = gl_SubgroupID * MATRIX_SIZE * MATRIX_SIZE;
    [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
        uint at = n0 + column + j * MATRIX_SIZE + gl_SubgroupInvocationID % MATRIX_SIZE;
        uvec2 place = uvec2(at / line_width(), at % line_width());
        bool is_pixel = place.x < target_height() && place.y < target_width();
        [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
            coopMatStore(sum[i * PARTS_N + j], part_of_subgroup, part0, MATRIX_SIZE, gl_CooperativeMatrixLayoutRowMajor);
            subgroupBarrier();
            [[unroll]] for (uint element = 0u; element < MATRIX_SIZE * MATRIX_SIZE; element += SUBGROUP_SIZE) {
                uint m = m0 + i * MATRIX_SIZE + (element + gl_SubgroupInvocationID) / MATRIX_SIZE;
                if (is_pixel && m < target_channels())
                    store(m, place.x, place.y, part_of_subgroup[part0 + element + gl_SubgroupInvocationID]);
            }
            subgroupBarrier();
        }
    }
}
