#version 460
#extension GL_EXT_control_flow_attributes : require
// Second half of a weight and bias gradient that was summed over runs of pixels, tap by tap, from packed rows: adds the runs in a fixed
// order, image by image, and puts the taps of each pair of channels side by side.
// One workgroup computes, for one channel of the left rows, all taps of 288 / TAPS channels of the right ones, its invocations one element
// each: the runs of an image in eight sums, of every eighth run each, so that eight loads are under way at a time. Those of the last row
// of workgroups add up biases instead. Where a batch is bound one image at a time, it adds to what the images before gave.
layout(local_size_x = 288) in;

layout(constant_id = 0) const uint KERNEL = 3u;

layout(set = 0, binding = 0, std430) readonly buffer TapWeight { float tap_weight[]; };
layout(set = 0, binding = 1, std430) readonly buffer RunBias { float run_bias[]; };
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

const uint TAPS = KERNEL * KERNEL;
const uint CHANNELS = 288u / TAPS;
const uint SUMS = 8u;

shared float turned[288];

uint runs_of_image() {
    return tap_weight_n / y_n;
}

void sum_weights(uint left) {
    uint rights = weight_length / weight_n / TAPS;
    uint channel = gl_LocalInvocationID.x % CHANNELS;
    uint tap = gl_LocalInvocationID.x / CHANNELS;
    uint right = gl_WorkGroupID.x * CHANNELS + channel;
    // Elements of d_weight lie tap by tap for each right channel; the invocation writes the one at its own place.
    uint written = gl_WorkGroupID.x * (CHANNELS * TAPS) + gl_LocalInvocationID.x;
    bool writes = written < rights * TAPS;
    written += left * (rights * TAPS);
    float before = first_image != 0u && writes ? d_weight[written] : 0.0;
    uint run_length = TAPS * tap_weight_h * tap_weight_w;
    uint place = (tap * tap_weight_h + left) * tap_weight_w + right;
    float sum = 0.0;
    if (right < rights) {
        for (uint first = 0u; first < tap_weight_n; first += runs_of_image()) {
            float sums[SUMS];
            [[unroll]] for (uint j = 0u; j < SUMS; j++)
                sums[j] = 0.0;
            for (uint run = 0u; run < runs_of_image(); run += SUMS) {
                [[unroll]] for (uint j = 0u; j < SUMS; j++)
                    sums[j] += run + j < runs_of_image() ? tap_weight[(first + run + j) * run_length + place] : 0.0;
            }
            sum += ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
        }
    }
    turned[channel * TAPS + tap] = sum;
    barrier();
    if (writes)
        d_weight[written] = before + turned[gl_LocalInvocationID.x];
}

void sum_biases() {
    uint i = gl_WorkGroupID.x * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i < bias_length) {
        float sum = first_image == 0u ? 0.0 : d_bias[i];
        for (uint first = 0u; first < tap_weight_n; first += runs_of_image()) {
            float sums[SUMS];
            [[unroll]] for (uint j = 0u; j < SUMS; j++)
                sums[j] = 0.0;
            for (uint run = 0u; run < runs_of_image(); run += SUMS) {
                [[unroll]] for (uint j = 0u; j < SUMS; j++)
                    sums[j] += run + j < runs_of_image() ? run_bias[(first + run + j) * bias_length + i] : 0.0;
            }
            sum += ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
        }
        d_bias[i] = sum;
    }
}

void main() {
    if (gl_WorkGroupID.y < weight_n)
        sum_weights(gl_WorkGroupID.y);
    else
        sum_biases();
}
