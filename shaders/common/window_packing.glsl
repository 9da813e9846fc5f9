// Weights of a 3x3 convolution for common/window_convolution.glsl: [channel of the source][tap][channel of the target], with zeros for
// the channels of the target up to a multiple of 64 and those of the source up to a multiple of 4. One invocation packs the taps of
// one channel of the source for one of the target. The including file declares KERNEL and the buffer window_weight and defines
// source_channels(), target_channels() and weight_at(target, source, tap).
const uint TAPS = KERNEL * KERNEL;

void pack(uint i) {
    uint rows = (target_channels() + 63u) / 64u * 64u;
    uint target = i % rows;
    uint source = i / rows;
    if (source >= (source_channels() + 3u) / 4u * 4u)
        return;
    bool inside = target < target_channels() && source < source_channels();
    [[unroll]] for (uint tap = 0u; tap < TAPS; tap++)
        window_weight[(source * TAPS + tap) * rows + target] = inside ? weight_at(target, source, tap) : 0.0;
}
