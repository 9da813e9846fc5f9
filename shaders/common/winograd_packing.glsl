// Weights of a 3x3 convolution, transformed for common/winograd_convolution.glsl: [channel of the source][point][channel of the
// target], with zeros for the channels of the target up to a multiple of 64 and those of the source up to a multiple of 8. One
// invocation transforms the kernel of one channel of the source for one of the target. The including file declares the buffer
// transformed_weight and defines source_channels(), target_channels() and weight_at(target, source, tap).
#include "common/winograd.glsl"

void pack(uint i) {
    uint rows = (target_channels() + 63u) / 64u * 64u;
    uint target = i % rows;
    uint source = i / rows;
    if (source >= (source_channels() + 7u) / 8u * 8u)
        return;
    mat3 kernel = mat3(0.0);
    if (target < target_channels() && source < source_channels()) {
        [[unroll]] for (uint tap = 0u; tap < 9u; tap++)
            kernel[tap / 3u][tap % 3u] = weight_at(target, source, tap);
    }
    mat4 transformed = winograd_weight(kernel);
    [[unroll]] for (uint p = 0u; p < 16u; p++)
        transformed_weight[(source * 16u + p) * rows + target] = transformed[p / 4u][p % 4u];
}
