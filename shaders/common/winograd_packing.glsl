// Transforms weights of a 3x3 convolution and packs them as common/winograd_weights.glsl says. One invocation transforms the kernel of one
// channel of the source for one of the target. The including file declares the buffer transformed_weight and defines source_channels(),
// target_channels() and weight_at(target, source, tap).
#include "common/winograd.glsl"
#include "common/winograd_weights.glsl"

void pack(uint i) {
    uint rows = packed_targets(target_channels());
    uint target = i % rows;
    uint source = i / rows;
    if (source >= (source_channels() + PACKED_SOURCES - 1u) / PACKED_SOURCES * PACKED_SOURCES)
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
