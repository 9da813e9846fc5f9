// Sums of packed rows of a gradient over runs of the line of an image (see common/rows_run.glsl), for gradients to a bias.
// One workgroup of 256 invocations adds 64 channels of the rows of one run: each invocation every 32nd place, of 8 channels. The including
// file declares the buffer gradient_rows and the push constants gradient_rows_h and gradient_rows_w, and defines first_gradient_place()
// (where the line begins in those rows), channel_of(eight) (which of a row's channels the workgroup's eight of them begins with) and what
// common/rows_run.glsl asks for.
#include "common/rows_run.glsl"

const uint PARTS = 32u;
const uint CHANNELS = 64u;
const uint LOADS = 8u; // under way at a time

shared float part_sum[PARTS * CHANNELS];

void sum_parts() {
    uint run = gl_WorkGroupID.y;
    uint eight = gl_LocalInvocationID.x % 8u;
    uint part = gl_LocalInvocationID.x / 8u;
    float sum[8] = float[8](0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    if (channel_of(eight) < gradient_rows_w) {
        uint first = (image_of_run(run) * gradient_rows_h + first_gradient_place() + first_of_run(run)) * (gradient_rows_w / 8u)
            + channel_of(eight) / 8u;
        for (uint place = part; place < length_of_run(run); place += PARTS * LOADS) {
            uvec4 channels[LOADS];
            [[unroll]] for (uint i = 0u; i < LOADS; i++) {
                uint each = place + i * PARTS;
                channels[i] = each < length_of_run(run) ? gradient_rows[first + each * (gradient_rows_w / 8u)] : uvec4(0u);
            }
            [[unroll]] for (uint i = 0u; i < LOADS; i++) {
                [[unroll]] for (uint pair = 0u; pair < 4u; pair++) {
                    vec2 channel = unpackHalf2x16(channels[i][pair]);
                    sum[2u * pair] += channel.x;
                    sum[2u * pair + 1u] += channel.y;
                }
            }
        }
    }
    [[unroll]] for (uint i = 0u; i < 8u; i++)
        part_sum[part * CHANNELS + eight * 8u + i] = sum[i];
    barrier();
}

// The sum of one of the workgroup's channels, once all parts are there.
float sum_of(uint channel) {
    float whole = 0.0;
    for (uint i = 0u; i < PARTS; i++)
        whole += part_sum[i * CHANNELS + channel];
    return whole;
}
