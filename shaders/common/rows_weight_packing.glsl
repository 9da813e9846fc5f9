// Packs the weights of a convolution as rows, for common/rows_convolution.glsl: for each channel of the target a row of, tap by tap,
// the channels of the source as Float16, filled up with zeros (common/row_channels.glsl), and with rows of zeros for the channels of the
// target up to the next multiple of 64.
// One workgroup of 256 invocations packs all taps of 64 channels of the source for 8 of the target, or for 32 where there is one tap; it
// reads neighbouring weights, and writes neighbouring channels. The including file declares KERNEL, the buffers weight and weight_rows, and
// LINES_ARE_TARGETS: whether the weights of a channel of the target lie together in memory, channel by channel of the source, or those of
// a channel of the source, channel by channel of the target, and within these tap by tap; and it defines source_channels(),
// target_channels() and row_of(target), in which row those of a channel of the target are packed.
#include "common/float16_pairs.glsl"
#include "common/row_channels.glsl"

const uint TAPS = KERNEL * KERNEL;
const uint SOURCES = 64u;
const uint TARGETS_OF_ONE_TAP = 32u;
const uint TARGETS_OF_MORE = 8u;
const uint TARGETS = TAPS == 1u ? TARGETS_OF_ONE_TAP : TARGETS_OF_MORE;
const uint LINES = LINES_ARE_TARGETS ? TARGETS : SOURCES;
const uint LENGTH = (LINES_ARE_TARGETS ? SOURCES : TARGETS) * TAPS;
const uint PITCH = LENGTH + 1u; // odd, so that neighbouring lines lie in different banks

shared float staged[LINES * PITCH];

float staged_weight(uint target, uint source, uint tap) {
    uint line = LINES_ARE_TARGETS ? target : source;
    uint channel = LINES_ARE_TARGETS ? source : target;
    return staged[line * PITCH + channel * TAPS + tap];
}

void pack_weight_rows() {
    uint first_target = gl_WorkGroupID.y * TARGETS;
    uint first_source = gl_WorkGroupID.x * SOURCES;
    uint first_line = LINES_ARE_TARGETS ? first_target : first_source;
    uint first_weight = (LINES_ARE_TARGETS ? first_source : first_target) * TAPS;
    uint line_count = LINES_ARE_TARGETS ? target_channels() : source_channels();
    uint line_length = (LINES_ARE_TARGETS ? source_channels() : target_channels()) * TAPS;
    [[unroll]] for (uint first = 0u; first < LINES * LENGTH; first += gl_WorkGroupSize.x) {
        uint i = first + gl_LocalInvocationID.x;
        uint line = first_line + i / LENGTH;
        uint place = first_weight + i % LENGTH;
        if (i < LINES * LENGTH)
            staged[i / LENGTH * PITCH + i % LENGTH] = line < line_count && place < line_length ? weight[line * line_length + place] : 0.0;
    }
    barrier();
    uint eights = filled_channels(source_channels()) / 8u;
    for (uint i = gl_LocalInvocationID.x; i < TARGETS * TAPS * (SOURCES / 8u); i += gl_WorkGroupSize.x) {
        uint eight = i % (SOURCES / 8u);
        uint tap = i / (SOURCES / 8u) % TAPS;
        uint target = i / (SOURCES / 8u) / TAPS;
        uint at = first_source / 8u + eight;
        if (at >= eights)
            continue;
        uvec4 rounded;
        [[unroll]] for (uint pair = 0u; pair < 4u; pair++)
            rounded[pair] = rounded_pair(
                staged_weight(target, 8u * eight + 2u * pair, tap), staged_weight(target, 8u * eight + 2u * pair + 1u, tap));
        weight_rows[(row_of(first_target + target) * TAPS + tap) * eights + at] = rounded;
    }
}
