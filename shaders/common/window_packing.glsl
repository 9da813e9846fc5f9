// Packs weights of a 3x3 convolution as common/window_weights.glsl says. One invocation packs the taps of one channel of the source for one
// of the target. The including file declares KERNEL and the buffer window_weight and defines source_channels(), target_channels() and
// weight_at(target, source, tap).
#include "common/window_weights.glsl"

const uint TAPS = KERNEL * KERNEL;

void pack(uint i) {
    uint rows = packed_targets(target_channels());
    uint target = i % rows;
    uint source = i / rows;
    if (source >= (source_channels() + PACKED_SOURCES - 1u) / PACKED_SOURCES * PACKED_SOURCES)
        return;
    bool inside = target < target_channels() && source < source_channels();
    [[unroll]] for (uint tap = 0u; tap < TAPS; tap++)
        window_weight[(source * TAPS + tap) * rows + target] = inside ? weight_at(target, source, tap) : 0.0;
}
