#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Gradient of a convolution to its weight and bias where it has so few input channels that a pixel's window of the input fits an
// invocation's registers, for GPUs, first half: the function of conv2d/backward_weight_gemm, with other runs of pixels.
// An image is cut into strips of rows and, along a row, into stretches of 128 pixels; a run is one of these within one of those. One
// workgroup of 128 invocations sums TILE_CHANNELS output channels for one run: each invocation a column of it, from row to row, of whose
// windows it loads the lowest row only. Then it adds up the columns, 16 elements at a time: 8 sums of 16 columns each, and these.
layout(local_size_x = 128) in;

layout(constant_id = 0) const uint KERNEL = 3u;
layout(constant_id = 1) const uint PADDING = 0u;
layout(constant_id = 2) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 3) const uint X_C = 1u;
layout(constant_id = 4) const uint TILE_CHANNELS = 8u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer RunWeight { float run_weight[]; };
layout(set = 0, binding = 3, std430) writeonly buffer RunBias { float run_bias[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_h;
    uint x_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint run_weight_n;
};

const uint COLUMNS = gl_WorkGroupSize.x;
const uint TAPS = KERNEL * KERNEL;
const uint DEPTH = X_C * TAPS;
const uint ELEMENTS = TILE_CHANNELS * (DEPTH + 1u); // the weights of each channel, and behind them its bias
const uint TOGETHER = 16u;
const uint PARTS = COLUMNS / TOGETHER;
const uint PITCH = COLUMNS + 1u; // odd, so that neighbouring elements lie in different banks

shared float column_sum[TOGETHER * PITCH];
shared float part_sum[TOGETHER * PARTS];

#include "common/rectified.glsl"

// Where there are more of them than stretches and strips, the last ones are empty; where there are fewer than stretches, each has several.
uint runs_of_image() {
    return run_weight_n / x_n;
}

uint stretches() {
    return (y_w + COLUMNS - 1u) / COLUMNS;
}

void sum_column(uint image, uint first_channel, uint first_row, uint end_row, uint column, inout float sum[ELEMENTS]) {
    float window[DEPTH];
    [[unroll]] for (uint d = 0u; d < DEPTH; d++)
        window[d] = 0.0;
    for (uint row = first_row; row < end_row + KERNEL - 1u; row++) { // rows of x, counted with the padding
        [[unroll]] for (uint c = 0u; c < X_C; c++) {
            [[unroll]] for (uint r = 0u; r + 1u < KERNEL; r++) {
                [[unroll]] for (uint s = 0u; s < KERNEL; s++)
                    window[c * TAPS + r * KERNEL + s] = window[c * TAPS + (r + 1u) * KERNEL + s];
            }
            [[unroll]] for (uint s = 0u; s < KERNEL; s++) {
                uint x_row = row - PADDING; // wraps above and left of the image, which the comparison catches
                uint x_column = column + s - PADDING;
                float pixel = x_row < x_h && x_column < x_w ? x[((image * X_C + c) * x_h + x_row) * x_w + x_column] : 0.0;
                window[c * TAPS + (KERNEL - 1u) * KERNEL + s] = RECTIFY == 1u ? rectified(pixel) : pixel;
            }
        }
        if (row < first_row + KERNEL - 1u)
            continue;
        uint y_row = row - (KERNEL - 1u);
        float gradient[TILE_CHANNELS];
        [[unroll]] for (uint k = 0u; k < TILE_CHANNELS; k++)
            gradient[k] = column < y_w && first_channel + k < y_c
                ? d_y[((image * y_c + first_channel + k) * y_h + y_row) * y_w + column] : 0.0;
        [[unroll]] for (uint k = 0u; k < TILE_CHANNELS; k++) {
            [[unroll]] for (uint d = 0u; d < DEPTH; d++)
                sum[k * (DEPTH + 1u) + d] = fma(gradient[k], window[d], sum[k * (DEPTH + 1u) + d]);
            sum[k * (DEPTH + 1u) + DEPTH] += gradient[k];
        }
    }
}

void store(uint run, uint channel, uint d, float whole) {
    if (channel >= y_c)
        return;
    if (d < DEPTH)
        run_weight[(run * y_c + channel) * DEPTH + d] = whole;
    else
        run_bias[run * y_c + channel] = whole;
}

void main() {
    uint run = gl_WorkGroupID.x;
    uint first_channel = gl_WorkGroupID.y * TILE_CHANNELS;
    uint strips = max(runs_of_image() / stretches(), 1u);
    uint rows = (y_h + strips - 1u) / strips;
    uint first_row = run % runs_of_image() / stretches() * rows;
    uint end_row = min(first_row + rows, y_h);
    float sum[ELEMENTS];
    [[unroll]] for (uint i = 0u; i < ELEMENTS; i++)
        sum[i] = 0.0;
    if (first_row < end_row) {
        for (uint stretch = run % runs_of_image() % stretches(); stretch < stretches(); stretch += runs_of_image())
            sum_column(run / runs_of_image(), first_channel, first_row, end_row, stretch * COLUMNS + gl_LocalInvocationID.x, sum);
    }
    [[unroll]] for (uint first = 0u; first < ELEMENTS; first += TOGETHER) {
        barrier();
        [[unroll]] for (uint i = 0u; i < TOGETHER && first + i < ELEMENTS; i++)
            column_sum[i * PITCH + gl_LocalInvocationID.x] = sum[first + i];
        barrier();
        uint element = gl_LocalInvocationID.x % TOGETHER;
        uint part = gl_LocalInvocationID.x / TOGETHER;
        float added = 0.0;
        for (uint i = 0u; i < TOGETHER; i++)
            added += column_sum[element * PITCH + part * TOGETHER + i];
        part_sum[element * PARTS + part] = added;
        barrier();
        uint i = first + gl_LocalInvocationID.x;
        if (gl_LocalInvocationID.x < TOGETHER && i < ELEMENTS) {
            float whole = 0.0;
            for (uint j = 0u; j < PARTS; j++)
                whole += part_sum[gl_LocalInvocationID.x * PARTS + j];
            store(run, first_channel + i / (DEPTH + 1u), i % (DEPTH + 1u), whole);
        }
    }
}
