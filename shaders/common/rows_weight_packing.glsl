// Packs the weights of a convolution as rows, for common/rows_convolution.glsl: for each channel of the target a row of, tap by tap,
// the channels of the source as Float16, with zeros for the channels of the source up to the next multiple of 16, and for the
// channels of the target up to the next multiple of 128. One invocation packs the taps of 8 channels of the source for one of the
// target. The including file declares KERNEL and the buffer weight_rows, and defines source_channels(), target_channels() and
// weight_at(target, source, tap).
#include "common/float16_pairs.glsl"

const uint TAPS = KERNEL * KERNEL;

uint eights_of_source() {
    return (source_channels() + 15u) / 16u * 2u;
}

uint rows_of_target() {
    return (target_channels() + 127u) / 128u * 128u;
}

float weight_or_zero(uint target, uint source, uint tap) {
    return target < target_channels() && source < source_channels() ? weight_at(target, source, tap) : 0.0;
}

void pack_weight_rows(uint target, uint eight) {
    if (target >= rows_of_target() || eight >= eights_of_source())
        return;
    for (uint tap = 0u; tap < TAPS; tap++) {
        uvec4 rounded;
        [[unroll]] for (uint pair = 0u; pair < 4u; pair++) {
            uint source = eight * 8u + 2u * pair;
            rounded[pair] = rounded_pair(weight_or_zero(target, source, tap), weight_or_zero(target, source + 1u, tap));
        }
        weight_rows[(target * TAPS + tap) * eights_of_source() + eight] = rounded;
    }
}
