#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
// 2x2 max-pool with stride 2 for processors, for rows of even length: as max_pool2d/forward, reading pairs of neighbouring pixels,
// which costs there what a single one costs. One invocation computes TILE_H rows (a multiple of 8) of a column of one channel.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint TILE_H = 16u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer PixelPairs { uint64_t pairs[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Result { float result[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Places { uint words[]; };
layout(push_constant, std430) uniform Push {
    PixelPairs x;
    Result y;
    Places place;
    uint x_h;
    uint y_h;
    uint y_w;
    uint place_h;
};

#include "common/first_maximum.glsl"
#include "common/float_pairs.glsl"

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (q >= y_w)
        return;
    for (uint start = first; start < min(first + TILE_H, y_h); start += WINDOWS) {
        uint word = 0u;
        for (uint p = start; p < min(start + WINDOWS, y_h); p++) {
            uint upper = (plane * x_h + p * 2u) * y_w + q; // a row of x has as many pairs as one of y has pixels
            Maximum found = first_maximum(both(x.pairs[upper]), both(x.pairs[upper + y_w]));
            y.result[(plane * y_h + p) * y_w + q] = found.value;
            word |= word_of(found.place, p);
        }
        place.words[(plane * place_h + start / WINDOWS) * y_w + q] = word;
    }
}
