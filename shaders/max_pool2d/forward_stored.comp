#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// 2x2 max-pool with stride 2, which stores its output as the op that reads it would pack it: the function of max_pool2d/forward. One
// workgroup computes 8 rows of 32 columns of 16 channels, each invocation a column of two channels; see common/turned_rows.glsl.
layout(local_size_x = 32, local_size_y = 8) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint RESULT_WINDOW = 1u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Place { uint place[]; };
layout(set = 0, binding = 2, std430) writeonly buffer ResultRows { uvec4 result_rows[]; };
layout(push_constant, std430) uniform Push {
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
    uint place_h;
    uint result_rows_h;
    uint result_rows_w;
    uint result_c;
    uint result_h;
    uint result_w;
    uint result_gap;
    uint result_margin;
    uint result_first_channel;
};

#include "common/first_maximum.glsl"

const uint BLOCK_H = WINDOWS;
const uint BLOCK_W = gl_WorkGroupSize.x;

#include "common/turned_rows.glsl"

void main() {
    clear_margins_of_blocks((y_w + BLOCK_W - 1u) / BLOCK_W, place_h);
    uint image = image_of_block();
    uint first = gl_WorkGroupID.y * WINDOWS;
    uint q = gl_GlobalInvocationID.x;
    uint c = first_channel_of_block() + 2u * gl_LocalInvocationID.y;
    float value[WINDOWS][2];
    [[unroll]] for (uint j = 0u; j < 2u; j++) {
        uint plane = image * x_c + c + j;
        uint word = 0u;
        [[unroll]] for (uint i = 0u; i < WINDOWS; i++) {
            value[i][j] = 0.0;
            if (q < y_w && first + i < y_h && c + j < x_c) {
                uint corner = (plane * x_h + (first + i) * 2u) * x_w + q * 2u;
                Maximum found = first_maximum(vec2(x[corner], x[corner + 1u]), vec2(x[corner + x_w], x[corner + x_w + 1u]));
                value[i][j] = found.value;
                word |= word_of(found.place, first + i);
            }
        }
        if (q < y_w && c + j < x_c)
            place[(plane * place_h + gl_WorkGroupID.y) * y_w + q] = word;
    }
    [[unroll]] for (uint i = 0u; i < WINDOWS; i++)
        turn(i, gl_LocalInvocationID.x, gl_LocalInvocationID.y, vec2(value[i][0], value[i][1]));
    store_turned(first);
}
