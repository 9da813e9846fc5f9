// A convolution from packed rows (see common/rows_convolution.glsl) by matrices of a whole workgroup (GL_NV_cooperative_matrix2): the
// driver divides them among subgroups, and stages in shared memory what these share.
// One workgroup of 256 invocations computes TILE_COLUMNS channels at TILE_ROWS places of the line of one image. The including file
// declares TILE_DEPTH (of which KERNEL * row_channels() is a multiple), what common/rows_convolution.glsl asks for, and the buffers
// weight_rows and, by the name SOURCE_ROWS, that of the source.
#include "common/rows_convolution.glsl"

float finish_element(const in uint place, const in uint channel, const in float sum) {
    return finished_sum(place, channel, sum);
}

float store_element(const in uint place, const in uint channel, const in float result) {
    store_result(place, channel, result);
    return result;
}

void convolve() {
    find_target_pixels();
    uint channels = row_channels() & ~15u; // which tells the compiler that rows begin at multiples of 32 bytes
    uint run = KERNEL * channels;
    tensorLayoutNV<2> place_layout = createTensorLayoutNV(2);
    place_layout = setTensorLayoutDimensionNV(place_layout, TILE_ROWS, TILE_DEPTH);
    place_layout = setTensorLayoutStrideNV(place_layout, channels, 1u);
    tensorLayoutNV<2> weight_layout = createTensorLayoutNV(2);
    weight_layout = setTensorLayoutDimensionNV(weight_layout, TILE_COLUMNS, TILE_DEPTH);
    weight_layout = setTensorLayoutStrideNV(weight_layout, KERNEL * run, 1u);
    tensorViewNV<2, false, 1, 0> transposed = createTensorViewNV(2, false, 1, 0);

    uint pixel = (gl_WorkGroupID.z * row_count() + gl_WorkGroupID.y * TILE_ROWS) * (channels / 8u);
    uint weight = gl_WorkGroupID.x * TILE_COLUMNS * (KERNEL * run / 8u);
    uint next_run = line_width() * (channels / 8u) - run / 8u; // from the end of the stretch of one r to the beginning of that of the next
    uint end_of_run = run;
    coopmat<float, gl_ScopeWorkgroup, TILE_ROWS, TILE_COLUMNS, gl_MatrixUseAccumulator> sum =
        coopmat<float, gl_ScopeWorkgroup, TILE_ROWS, TILE_COLUMNS, gl_MatrixUseAccumulator>(0.0);
    [[dont_unroll]] for (uint depth = 0u; depth < KERNEL * run; depth += TILE_DEPTH) {
        if (depth == end_of_run) {
            pixel += next_run;
            end_of_run += run;
        }
        coopmat<float16_t, gl_ScopeWorkgroup, TILE_ROWS, TILE_DEPTH, gl_MatrixUseA> pixels;
        coopmat<float16_t, gl_ScopeWorkgroup, TILE_DEPTH, TILE_COLUMNS, gl_MatrixUseB> weights;
        coopMatLoadTensorNV(pixels, SOURCE_ROWS, pixel + depth / 8u, place_layout);
        coopMatLoadTensorNV(weights, weight_rows, weight + depth / 8u, weight_layout, transposed);
        sum = coopMatMulAdd(pixels, weights, sum);
    }
    coopMatPerElementNV(sum, sum, finish_element);
    coopMatPerElementNV(sum, sum, store_element);
}
