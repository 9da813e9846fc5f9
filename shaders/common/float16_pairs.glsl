#include "common/float16.glsl"

// Two numbers rounded to Float16; where the including file has GL_EXT_shader_explicit_arithmetic_types_float16.
uint rounded_pair(float first, float second) {
    return packFloat2x16(f16vec2(in_float16_range(first), in_float16_range(second)));
}
