#version 460
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
// Compiled by the build to find out whether glslc knows these extensions, and whether its optimizer stands sums of matrices, of which
// that of 2023 breaks down; never run.
layout(local_size_x = 32) in;

shared float16_t tile[256];
shared float result[256];

void main() {
    coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseA> a, a2;
    coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseB> b;
    coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> sum;
    sum = coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator>(0.0);
    coopMatLoad(a, tile, 0u, 16u, gl_CooperativeMatrixLayoutRowMajor);
    coopMatLoad(a2, tile, 0u, 16u, gl_CooperativeMatrixLayoutColumnMajor);
    coopMatLoad(b, tile, 0u, 16u, gl_CooperativeMatrixLayoutRowMajor);
    sum = coopMatMulAdd(a, b, sum);
    coopMatStore(sum + coopMatMulAdd(a - a2, b, sum), result, 0u, 16u, gl_CooperativeMatrixLayoutRowMajor);
}
