// Weights of a convolution for common/matrix_convolution.glsl, as Float16: [chunk of 16 channels of the source][tap][channel of
// the target][channel of the chunk], with zeros for the channels of the last chunk and the last 64 of the target that there are
// not. One invocation packs the taps of 8 channels of the source for one of the target. The including file declares KERNEL
// and the buffer matrix_weight and defines source_channels(), target_channels() and weight_at(target, source, tap).
#include "common/float16.glsl"

const uint TAPS = KERNEL * KERNEL;

float weight_or_zero(uint target, uint source, uint tap) {
    return target < target_channels() && source < source_channels() ? weight_at(target, source, tap) : 0.0;
}

void pack(uint i) {
    uint rows = (target_channels() + 63u) / 64u * 64u;
    uint target = i / 2u % rows;
    uint chunk = i / 2u / rows;
    if (chunk * 16u >= source_channels())
        return;
    uint source = chunk * 16u + i % 2u * 8u;
    for (uint tap = 0u; tap < TAPS; tap++) {
        uvec4 eight;
        [[unroll]] for (uint pair = 0u; pair < 4u; pair++) {
            float first = weight_or_zero(target, source + 2u * pair, tap);
            float second = weight_or_zero(target, source + 2u * pair + 1u, tap);
            eight[pair] = packFloat2x16(f16vec2(in_float16_range(first), in_float16_range(second)));
        }
        matrix_weight[((chunk * TAPS + tap) * rows + target) * 2u + i % 2u] = eight;
    }
}
