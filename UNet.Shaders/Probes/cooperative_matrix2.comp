#version 460
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_NV_cooperative_matrix2 : require
// Compiled by the build to find out whether glslc knows these extensions; never run.
layout(local_size_x = 256) in;

layout(set = 0, binding = 0, std430) readonly buffer Factors { uvec4 factors[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Sums { float sums[]; };

float store_element(const in uint row, const in uint column, const in float sum) {
    sums[row * 64u + column] = sum;
    return sum;
}

void main() {
    tensorLayoutNV<2> layout_of_factors = createTensorLayoutNV(2);
    layout_of_factors = setTensorLayoutDimensionNV(layout_of_factors, 64u, 16u);
    tensorViewNV<2, false, 1, 0> transposed = createTensorViewNV(2, false, 1, 0);
    coopmat<float16_t, gl_ScopeWorkgroup, 64, 16, gl_MatrixUseA> a;
    coopmat<float16_t, gl_ScopeWorkgroup, 16, 64, gl_MatrixUseB> b;
    coopmat<float, gl_ScopeWorkgroup, 64, 64, gl_MatrixUseAccumulator> sum;
    sum = coopmat<float, gl_ScopeWorkgroup, 64, 64, gl_MatrixUseAccumulator>(0.0);
    coopMatLoadTensorNV(a, factors, 0u, layout_of_factors);
    coopMatLoadTensorNV(b, factors, 0u, layout_of_factors, transposed);
    sum = coopMatMulAdd(a, b, sum);
    coopMatPerElementNV(sum, sum, store_element);
}
