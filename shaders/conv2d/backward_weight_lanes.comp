#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of a 3x3 convolution to its weight and bias, first half, for processors with subgroups of 8: the sums of
// conv2d/backward_weight over one run of output rows of one image.
// One workgroup computes all taps of TILE_C input channels of 8 output channels, one a lane. It walks down strips of 14
// columns: d_y is gathered pixel by pixel for all lanes, x row by row, 8 pixels a gather, and handed to all lanes by
// constant-lane broadcasts. The last three rows of x stay in registers.
layout(local_size_x = 8) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_C = 4u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0)

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Pixels { float pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Sums { float sums[]; };
layout(push_constant, std430) uniform Push {
    Pixels x;
    Pixels d_y;
    Sums partial;
    Sums partial_bias;
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint partial_n;
};

const uint LANES = 8u;
const uint TILE_W = 14u; // two gathers bring 16 pixels, of which a 3 wide kernel uses 2 beyond the strip

// Two runs of 8 pixels of one row of x, beginning at this lane's column; 0 outside.
vec2 row_of(uint n, uint c, uint row, uint column) {
    uint near = min(column, x_w - 1u);
    uint far = min(column + LANES, x_w - 1u);
    uint line = ((n * x_c + c) * x_h + min(row, x_h - 1u)) * x_w;
    vec2 runs = vec2(x.pixels[line + near], x.pixels[line + far]);
    if (PADDING > 0u) {
        runs.x = row < x_h && column < x_w ? runs.x : 0.0;
        runs.y = row < x_h && column + LANES < x_w ? runs.y : 0.0;
    }
    return RECTIFY == 1u ? max(runs, vec2(0.0)) : runs;
}

void main() {
    uint lane = gl_LocalInvocationID.x;
    uint k = gl_WorkGroupID.x * LANES + lane;
    uint k_inside = min(k, y_c - 1u);
    uint c0 = gl_WorkGroupID.y * TILE_C;
    uint split = gl_WorkGroupID.z;
    uint splits = partial_n / x_n;
    uint n = split / splits;
    uint first_row = split % splits * y_h / splits;
    uint end_row = (split % splits + 1u) * y_h / splits;

    float sum[TILE_C * 9u];
    [[unroll]] for (uint i = 0u; i < TILE_C * 9u; i++)
        sum[i] = 0.0;
    float sum_bias = 0.0;

    for (uint q0 = 0u; q0 < y_w; q0 += TILE_W) {
        uint column = q0 + lane - PADDING; // wraps below 0, which row_of catches
        vec2 rows[TILE_C * 3u];
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            uint c = min(c0 + j, x_c - 1u);
            rows[j * 3u + 1u] = row_of(n, c, first_row - PADDING, column);
            rows[j * 3u + 2u] = row_of(n, c, first_row + 1u - PADDING, column);
        }
        for (uint p = first_row; p < end_row; p++) {
            float gradient[TILE_W];
            uint line = ((n * y_c + k_inside) * y_h + p) * y_w;
            [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                gradient[i] = q0 + i < y_w ? d_y.pixels[line + min(q0 + i, y_w - 1u)] : 0.0;
                sum_bias += gradient[i];
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                rows[j * 3u] = rows[j * 3u + 1u];
                rows[j * 3u + 1u] = rows[j * 3u + 2u];
                rows[j * 3u + 2u] = row_of(n, min(c0 + j, x_c - 1u), p + 2u - PADDING, column);
                // The nine sums of a channel take turns, so that no multiply-add waits for the one before it.
                [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                    [[unroll]] for (uint t = 0u; t < 9u; t++) {
                        vec2 runs = rows[j * 3u + t / 3u];
                        uint at = i + t % 3u;
                        float pixel = at < LANES ? subgroupBroadcast(runs.x, at) : subgroupBroadcast(runs.y, at - LANES);
                        sum[j * 9u + t] = fma(gradient[i], pixel, sum[j * 9u + t]);
                    }
                }
            }
        }
    }

    if (k >= y_c)
        return;
    [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
        [[unroll]] for (uint t = 0u; t < 9u; t++) {
            if (c0 + j < x_c)
                partial.sums[((split * y_c + k) * x_c + c0 + j) * 9u + t] = sum[j * 9u + t];
        }
    }
    if (c0 == 0u)
        partial_bias.sums[split * y_c + k] = sum_bias;
}
