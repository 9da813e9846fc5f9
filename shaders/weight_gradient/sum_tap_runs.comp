#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
// Second half of a weight and bias gradient that was summed over runs of pixels, tap by tap, from packed rows: adds the runs in a fixed
// order, image by image, and puts the taps of each pair of channels side by side.
// One workgroup computes all taps of 288 / TAPS channels of the right rows, for TILE_LEFT channels of the left ones; an invocation loads
// one element of each of these: the runs of an image in LOADS sums, of every so many-th run each, so that 16 loads are under way at a
// time. Those of the last row of workgroups add up biases instead. Where a batch is bound one image at a time, the sum is added to what the
// images before gave.
layout(local_size_x = 288) in;

layout(constant_id = 0) const uint TAPS = 9u;
layout(constant_id = 1) const uint TAPS_WITHIN_ROWS = 0u; // 1: the right channels of all taps lie in one row, one tap after the other
layout(constant_id = 2) const uint TILE_LEFT = 1u; // 1, or 8 where there are few runs

layout(set = 0, binding = 0, std430) readonly buffer TapWeight { float tap_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer TapBias { float tap_bias[]; };
layout(set = 0, binding = 2, std430) buffer DWeight { float d_weight[]; };
layout(set = 0, binding = 3, std430) buffer DBias { float d_bias[]; };
layout(push_constant, std430) uniform Push {
    uint weight_length;
    uint weight_n;
    uint bias_length;
    uint tap_weight_n;
    uint tap_weight_h;
    uint tap_weight_w;
    uint y_n;
    uint first_image;
};

const uint CHANNELS = 288u / TAPS;
const uint LOADS = 16u / TILE_LEFT;

shared float turned[TILE_LEFT * 288u];

uint runs_of_image() {
    return tap_weight_n / y_n;
}

uint place_of_sum(uint run, uint tap, uint left, uint right) {
    return TAPS_WITHIN_ROWS == 1u
        ? (run * tap_weight_h + left) * tap_weight_w + tap * (tap_weight_w / TAPS) + right
        : ((run * TAPS + tap) * tap_weight_h + left) * tap_weight_w + right;
}

// Of LOADS sums.
float added(float sums[LOADS]) {
    float sum = sums[0];
    [[unroll]] for (uint j = 1u; j < LOADS; j++)
        sum += sums[j];
    return sum;
}

void sum_weights() {
    uint first_left = gl_WorkGroupID.y * TILE_LEFT;
    uint rights = weight_length / weight_n / TAPS;
    uint channel = gl_LocalInvocationID.x % CHANNELS;
    uint tap = gl_LocalInvocationID.x / CHANNELS;
    uint right = gl_WorkGroupID.x * CHANNELS + channel;
    float whole[TILE_LEFT];
    [[unroll]] for (uint i = 0u; i < TILE_LEFT; i++)
        whole[i] = 0.0;
    for (uint first = 0u; first < tap_weight_n; first += runs_of_image()) {
        float sums[TILE_LEFT][LOADS];
        [[unroll]] for (uint i = 0u; i < TILE_LEFT; i++) {
            [[unroll]] for (uint j = 0u; j < LOADS; j++)
                sums[i][j] = 0.0;
        }
        for (uint run = 0u; run < runs_of_image(); run += LOADS) {
            [[unroll]] for (uint i = 0u; i < TILE_LEFT; i++) {
                [[unroll]] for (uint j = 0u; j < LOADS; j++) {
                    if (run + j < runs_of_image() && first_left + i < weight_n && right < rights)
                        sums[i][j] += tap_weight[place_of_sum(first + run + j, tap, first_left + i, right)];
                }
            }
        }
        [[unroll]] for (uint i = 0u; i < TILE_LEFT; i++)
            whole[i] += added(sums[i]);
    }
    [[unroll]] for (uint i = 0u; i < TILE_LEFT; i++)
        turned[i * 288u + channel * TAPS + tap] = whole[i];
    barrier();
    // In d_weight the taps of a right channel lie together.
    uint place = gl_WorkGroupID.x * (CHANNELS * TAPS) + gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0u; i < TILE_LEFT; i++) {
        if (place < rights * TAPS && first_left + i < weight_n) {
            uint at = (first_left + i) * (rights * TAPS) + place;
            float before = first_image == 0u ? 0.0 : d_weight[at];
            d_weight[at] = before + turned[i * 288u + gl_LocalInvocationID.x];
        }
    }
}

void sum_biases() {
    const uint MOST = 8u;
    uint i = gl_WorkGroupID.x * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= bias_length)
        return;
    float sum = first_image == 0u ? 0.0 : d_bias[i];
    for (uint first = 0u; first < tap_weight_n; first += runs_of_image()) {
        float sums[MOST];
        [[unroll]] for (uint j = 0u; j < MOST; j++)
            sums[j] = 0.0;
        for (uint run = 0u; run < runs_of_image(); run += MOST) {
            [[unroll]] for (uint j = 0u; j < MOST; j++)
                sums[j] += run + j < runs_of_image() ? tap_bias[(first + run + j) * bias_length + i] : 0.0;
        }
        [[unroll]] for (uint j = 0u; j < MOST; j++)
            sum += sums[j];
    }
    d_bias[i] = sum;
}

void main() {
    if (gl_WorkGroupID.y * TILE_LEFT < weight_n)
        sum_weights();
    else
        sum_biases();
}
