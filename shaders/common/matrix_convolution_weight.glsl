// Gradient of a convolution to its weight and bias on matrix units, over one run of the line of one image: for every tap
// [output channels] x [pixels] times [pixels] x [input channels], with factors rounded to Float16 and sums in Float32. The right
// factors of all taps are parts of one window of x (see common/matrix_window.glsl).
// One workgroup of 128 invocations computes TILE_M output channels and CHUNK input channels with all taps. The including file
// declares SUBGROUP_SIZE, MATRIX_SIZE and TILE_M (a multiple of 64; at least a matrix for each subgroup), what
// common/line.glsl asks for, the buffers d_y, run_weight and run_bias and y_c, y_h and y_w.
const uint LENGTH = 64u; // pixels a round
#include "common/matrix_window.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint PARTS_M = TILE_M / MATRIX_SIZE;
const uint PARTS = PARTS_M * (CHUNK / MATRIX_SIZE) / SUBGROUPS; // of a subgroup, with all taps each
const uint GRADIENT_PITCH = TILE_M / 8u + 1u;                   // of 16 bytes

shared uvec4 gradient[LENGTH * GRADIENT_PITCH]; // d_y: [pixel][output channel]
shared float part_of_subgroup[SUBGROUPS * MATRIX_SIZE * MATRIX_SIZE];

void load_gradient(uint image, uint k0, uint line, uint end) {
    uint place = gl_LocalInvocationID.x % LENGTH;
    uint row = (line + place) / line_width();
    uint column = (line + place) % line_width();
    bool inside = line + place < end && column < y_w;
    [[unroll]] for (uint i = 0u; i < TILE_M / 8u * LENGTH / gl_WorkGroupSize.x; i++) {
        uint eight = i * (gl_WorkGroupSize.x / LENGTH) + gl_LocalInvocationID.x / LENGTH;
        float channel[8];
        [[unroll]] for (uint j = 0u; j < 8u; j++) {
            uint k = k0 + eight * 8u + j;
            channel[j] = inside && k < y_c ? d_y[((image * y_c + k) * y_h + row) * y_w + column] : 0.0;
        }
        gradient[place * GRADIENT_PITCH + eight] = uvec4(
            rounded_pair(channel[0], channel[1]), rounded_pair(channel[2], channel[3]),
            rounded_pair(channel[4], channel[5]), rounded_pair(channel[6], channel[7]));
    }
}

void load_window(uint c0, uint line) {
    [[unroll]] for (uint i = 0u; i < WINDOW_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        if (item < 2u * PLACES)
            window[item % PLACES * PITCH + item / PLACES] = eight_channels(c0 + item / PLACES * 8u, pixel_in_window(item % PLACES, line));
    }
}

void sum_products(uint image, uint run, uint runs_of_image) {
    uint k0 = gl_WorkGroupID.y * TILE_M;
    uint c0 = gl_WorkGroupID.x * CHUNK;
    uint line = y_h * line_width();
    uint run_length = ((line + runs_of_image - 1u) / runs_of_image + LENGTH - 1u) / LENGTH * LENGTH;
    uint first = run % runs_of_image * run_length;
    uint end = min(first + run_length, line);
    float bias_sum = 0.0;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS * TAPS];
    [[unroll]] for (uint i = 0u; i < PARTS * TAPS; i++)
        sum[i] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    for (uint at = first; at < end; at += LENGTH) {
        barrier(); // what was loaded before has been read
        load_gradient(image, k0, at, end);
        load_window(c0, at);
        barrier();
        if (gl_WorkGroupID.x == 0u && gl_LocalInvocationID.x < TILE_M) {
            for (uint place = 0u; place < LENGTH; place++) {
                uvec4 eight = gradient[place * GRADIENT_PITCH + gl_LocalInvocationID.x / 8u];
                bias_sum += unpackHalf2x16(eight[gl_LocalInvocationID.x % 8u / 2u])[gl_LocalInvocationID.x % 2u];
            }
        }
        [[dont_unroll]] for (uint k = 0u; k < LENGTH; k += MATRIX_SIZE) {
            [[unroll]] for (uint i = 0u; i < PARTS; i++) {
                uint m = (gl_SubgroupID * PARTS + i) % PARTS_M * MATRIX_SIZE;
                uint c = (gl_SubgroupID * PARTS + i) / PARTS_M * MATRIX_SIZE;
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left;
                coopMatLoad(left, gradient, k * GRADIENT_PITCH + m / 8u, GRADIENT_PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                [[unroll]] for (uint tap = 0u; tap < TAPS; tap++) {
                    uint shift = tap / KERNEL * RUN + tap % KERNEL;
                    coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                    coopMatLoad(right, window, (shift + k) * PITCH + c / 8u, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                    sum[i * TAPS + tap] = coopMatMulAdd(left, right, sum[i * TAPS + tap]);
                }
            }
        }
    }

    uint part0 = gl_SubgroupID * MATRIX_SIZE * MATRIX_SIZE;
    [[unroll]] for (uint i = 0u; i < PARTS; i++) {
        uint m = (gl_SubgroupID * PARTS + i) % PARTS_M * MATRIX_SIZE;
        uint c = c0 + (gl_SubgroupID * PARTS + i) / PARTS_M * MATRIX_SIZE + gl_SubgroupInvocationID % MATRIX_SIZE;
        [[unroll]] for (uint tap = 0u; tap < TAPS; tap++) {
            coopMatStore(sum[i * TAPS + tap], part_of_subgroup, part0, MATRIX_SIZE, gl_CooperativeMatrixLayoutRowMajor);
            subgroupBarrier();
            [[unroll]] for (uint element = 0u; element < MATRIX_SIZE * MATRIX_SIZE; element += SUBGROUP_SIZE) {
                uint k = k0 + m + (element + gl_SubgroupInvocationID) / MATRIX_SIZE;
                if (k < y_c && c < source_channels())
                    run_weight[((run * y_c + k) * source_channels() + c) * TAPS + tap] = part_of_subgroup[part0 + element + gl_SubgroupInvocationID];
            }
            subgroupBarrier();
        }
    }
    uint k = k0 + gl_LocalInvocationID.x;
    if (gl_WorkGroupID.x == 0u && gl_LocalInvocationID.x < TILE_M && k < y_c)
        run_bias[run * y_c + k] = bias_sum;
}
