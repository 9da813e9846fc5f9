// Gradient of a convolution to its weight from packed rows by matrices of a whole workgroup (GL_NV_cooperative_matrix2), of 256
// invocations; see common/rows_weight.glsl.
#include "common/rows_weight.glsl"

float store_element(const in uint row, const in uint column, const in float sum) {
    store_sum(row, column, sum);
    return sum;
}

void sum_products() {
    uint gradient_channels = gradient_rows_w & ~15u; // which tells the compiler that rows begin at multiples of 32 bytes
    uint channels = pixel_rows_w & ~15u;
    tensorLayoutNV<2> gradient_layout = createTensorLayoutNV(2);
    gradient_layout = setTensorLayoutDimensionNV(gradient_layout, TILE_DEPTH, TILE_ROWS);
    gradient_layout = setTensorLayoutStrideNV(gradient_layout, gradient_channels, 1u);
    tensorLayoutNV<2> pixel_layout = createTensorLayoutNV(2);
    pixel_layout = setTensorLayoutDimensionNV(pixel_layout, TILE_DEPTH, TILE_COLUMNS);
    pixel_layout = setTensorLayoutStrideNV(pixel_layout, channels, 1u);
    tensorViewNV<2, false, 1, 0> transposed = createTensorViewNV(2, false, 1, 0);

    uint gradient = first_gradient();
    uint pixel = first_pixel();
    uint length = length_of_run(gl_WorkGroupID.z);
    coopmat<float, gl_ScopeWorkgroup, TILE_ROWS, TILE_COLUMNS, gl_MatrixUseAccumulator> sum =
        coopmat<float, gl_ScopeWorkgroup, TILE_ROWS, TILE_COLUMNS, gl_MatrixUseAccumulator>(0.0);
    [[dont_unroll]] for (uint at = 0u; at < length; at += TILE_DEPTH) {
        coopmat<float16_t, gl_ScopeWorkgroup, TILE_ROWS, TILE_DEPTH, gl_MatrixUseA> gradients;
        coopmat<float16_t, gl_ScopeWorkgroup, TILE_DEPTH, TILE_COLUMNS, gl_MatrixUseB> pixels;
        coopMatLoadTensorNV(gradients, gradient_rows, gradient + at * (gradient_channels / 8u), gradient_layout, transposed);
        coopMatLoadTensorNV(pixels, pixel_rows, pixel + at * (channels / 8u), pixel_layout);
        sum = coopMatMulAdd(gradients, pixels, sum);
    }
    coopMatPerElementNV(sum, sum, store_element);
}
