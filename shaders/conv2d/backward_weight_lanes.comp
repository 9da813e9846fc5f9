#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of a 3x3 convolution to its weight and bias, first half, for processors with subgroups of 8 or 16: the sums of
// conv2d/backward_weight over one run of output rows of one image.
// One workgroup computes all taps of TILE_C input channels of 16 output channels, one a lane. It walks down strips of 14
// columns: d_y is gathered pixel by pixel for all lanes, x row by row, a subgroup of pixels a gather, and handed to all
// lanes by constant-lane broadcasts. The last three rows of x stay in registers.
layout(local_size_x = 16) in;

layout(constant_id = 0) const uint PADDING = 0u;
layout(constant_id = 1) const uint TILE_C = 8u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint SUBGROUP_SIZE = 8u;

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

const uint CHANNELS = gl_WorkGroupSize.x;
const uint TILE_W = 14u;
const uint GATHERS = 16u / SUBGROUP_SIZE; // for 16 pixels, of which a kernel 3 wide uses 2 beyond the strip

// One lane's pixel of one run of a row of x; 0 outside.
float pixel_of(uint n, uint c, uint row, uint column) {
    uint line = ((n * x_c + c) * x_h + min(row, x_h - 1u)) * x_w;
    float pixel = x.pixels[line + min(column, x_w - 1u)];
    if (PADDING > 0u)
        pixel = row < x_h && column < x_w ? pixel : 0.0;
    return RECTIFY == 1u ? max(pixel, 0.0) : pixel;
}

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint k = gl_WorkGroupID.x * CHANNELS + gl_LocalInvocationID.x;
    if (k - lane >= y_c)
        return; // nothing to do for the whole subgroup
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
        float rows[TILE_C * 3u * GATHERS]; // [channel][row][run]
        [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
            uint c = min(c0 + j, x_c - 1u);
            [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                rows[(j * 3u + 1u) * GATHERS + g] = pixel_of(n, c, first_row - PADDING, column + g * SUBGROUP_SIZE);
                rows[(j * 3u + 2u) * GATHERS + g] = pixel_of(n, c, first_row + 1u - PADDING, column + g * SUBGROUP_SIZE);
            }
        }
        for (uint p = first_row; p < end_row; p++) {
            float gradient[TILE_W];
            uint line = ((n * y_c + k_inside) * y_h + p) * y_w;
            [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                gradient[i] = q0 + i < y_w ? d_y.pixels[line + min(q0 + i, y_w - 1u)] : 0.0;
                sum_bias += gradient[i];
            }
            [[unroll]] for (uint j = 0u; j < TILE_C; j++) {
                [[unroll]] for (uint g = 0u; g < GATHERS; g++) {
                    rows[j * 3u * GATHERS + g] = rows[(j * 3u + 1u) * GATHERS + g];
                    rows[(j * 3u + 1u) * GATHERS + g] = rows[(j * 3u + 2u) * GATHERS + g];
                    rows[(j * 3u + 2u) * GATHERS + g]
                        = pixel_of(n, min(c0 + j, x_c - 1u), p + 2u - PADDING, column + g * SUBGROUP_SIZE);
                }
                // The nine sums of a channel take turns, so that no multiply-add waits for the one before it.
                [[unroll]] for (uint i = 0u; i < TILE_W; i++) {
                    [[unroll]] for (uint t = 0u; t < 9u; t++) {
                        uint at = i + t % 3u;
                        float pixel = subgroupBroadcast(rows[(j * 3u + t / 3u) * GATHERS + at / SUBGROUP_SIZE], at % SUBGROUP_SIZE);
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
