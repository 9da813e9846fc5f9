// Packs transformed weights of a 3x3 convolution as winograd_lanes_packing.glsl says. One invocation packs the kernels from two of the
// channels read to one of those written. The including file includes float_pairs.glsl and linear.glsl, declares ELEMENTS and
// WeightPairs { uint64_t pairs[]; }, and says what a transformed kernel is: 0 beyond the last channel.
#include "common/winograd_lanes_packing.glsl"

float[ELEMENTS] transformed(uint written, uint read);

void pack_kernels(WeightPairs packed, uint channel_tiles, uint channels_read) {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint pairs = (channels_read + 1u) / 2u;
    uint kernels = i / PACKED_CHANNELS; // counted over channel tiles and pairs of the channels read
    uint tile = kernels / pairs;
    uint pair = kernels - tile * pairs;
    if (tile >= channel_tiles)
        return;
    uint channel = tile * PACKED_CHANNELS + i % PACKED_CHANNELS;
    float even[ELEMENTS] = transformed(channel, pair * 2u);
    float odd[ELEMENTS] = transformed(channel, pair * 2u + 1u);
    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++) {
        packed.pairs[place_of_weights(tile, element, pairs) + pair * PACKED_CHANNELS + i % PACKED_CHANNELS]
            = together(vec2(even[element], odd[element]));
    }
}
