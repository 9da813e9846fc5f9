#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
// Adds the gradient of the 2x2 max-pool to what other readers of its input gave, and stores the sum as the op that reads it would pack it:
// the function of accumulate_max_pool_gradient/forward. One workgroup adds the gradients of 8 rows of windows, and the rows and columns
// that are in none, for 32 columns of 16 channels, each invocation for a column of two channels; see common/turned_rows.glsl.
layout(local_size_x = 32, local_size_y = 8) in;

layout(constant_id = 0) const uint RESULT_WINDOW = 1u;
layout(constant_id = 1) const uint CROP_HEIGHT = 0u;
layout(constant_id = 2) const uint CROP_WIDTH = 0u;

layout(set = 0, binding = 0, std430) readonly buffer Place { uint place[]; };
layout(set = 0, binding = 1, std430) readonly buffer PooledGradient { float pooled_gradient[]; };
layout(set = 0, binding = 2, std430) readonly buffer Sum { float sum[]; };
layout(set = 0, binding = 3, std430) writeonly buffer ResultRows { uvec4 result_rows[]; };
layout(push_constant, std430) uniform Push {
    uint place_h;
    uint pooled_gradient_h;
    uint pooled_gradient_w;
    uint sum_c;
    uint sum_h;
    uint sum_w;
    uint result_rows_h;
    uint result_rows_w;
    uint result_c;
    uint result_h;
    uint result_w;
    uint result_gap;
    uint result_margin;
    uint result_first_channel;
};

#include "common/cropped_sum.glsl"
#include "common/pool_place.glsl"

const uint HALF = WINDOWS / 2u; // windows that are stored together, so that they fit 16 KiB of shared memory
const uint BLOCK_H = 2u * HALF;
const uint BLOCK_W = gl_WorkGroupSize.x;

#include "common/turned_rows.glsl"

void main() {
    clear_margins_of_blocks((sum_w + BLOCK_W - 1u) / BLOCK_W, (sum_h + 2u * WINDOWS - 1u) / (2u * WINDOWS));
    uint image = image_of_block();
    uint column = gl_GlobalInvocationID.x;
    uint c = first_channel_of_block() + 2u * gl_LocalInvocationID.y;
    bool is_pooled = column / 2u < pooled_gradient_w && gl_WorkGroupID.y < place_h;
    uint word[2];
    [[unroll]] for (uint j = 0u; j < 2u; j++)
        word[j] = is_pooled && c + j < sum_c
            ? place[((image * sum_c + c + j) * place_h + gl_WorkGroupID.y) * pooled_gradient_w + column / 2u]
            : 0u;
    for (uint first = 0u; first < WINDOWS; first += HALF) {
        uint first_window = gl_WorkGroupID.y * WINDOWS + first;
        float value[BLOCK_H][2];
        [[unroll]] for (uint j = 0u; j < 2u; j++) {
            uint plane = image * sum_c + c + j;
            [[unroll]] for (uint i = 0u; i < HALF; i++) {
                uint p = first_window + i;
                bool has_gradient = is_pooled && p < pooled_gradient_h && c + j < sum_c;
                float pooled = has_gradient ? pooled_gradient[(plane * pooled_gradient_h + p) * pooled_gradient_w + column / 2u] : 0.0;
                uint found = has_gradient ? place_in(word[j], p) : NOWHERE;
                [[unroll]] for (uint r = 0u; r < 2u; r++) {
                    uint row = p * 2u + r;
                    bool inside = row < sum_h && column < sum_w && c + j < sum_c && was_written(row, column);
                    float before = inside ? sum[(plane * sum_h + row) * sum_w + column] : 0.0;
                    value[2u * i + r][j] = found == 2u * r + column % 2u ? before + pooled : before;
                }
            }
        }
        [[unroll]] for (uint i = 0u; i < BLOCK_H; i++)
            turn(i, gl_LocalInvocationID.x, gl_LocalInvocationID.y, vec2(value[i][0], value[i][1]));
        store_turned(2u * first_window);
    }
}
