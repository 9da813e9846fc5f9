// Packs transformed weights as common/winograd_f43_lanes.glsl says: zeros where there is no channel. One invocation packs the kernels
// from one of the channels read to two of those written. The including file includes float_pairs.glsl and linear.glsl, declares
// WeightPairs { uint64_t pairs[]; }, and says what a transformed kernel is.
#include "common/winograd_f43_lanes.glsl"

float[ELEMENTS] transformed(uint written, uint read);

// `channels` are all that are read. Chunks of `channels_together` of them are kept all, and then packed with the first tiles alone, or else
// one at a time.
void pack_kernels(
    WeightPairs packed, uint part, uint channels, uint kept_chunks, uint blocks, uint channels_together, uint channels_written) {
    Work work = work_of(part, 1u, channels, channels_together);
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint pairs = channels_written / 2u;
    uint kernel = i / pairs; // counted over blocks and channels read
    uint pair = i - kernel * pairs;
    uint block = kernel / channels_together;
    uint read = kernel - block * channels_together;
    if (block >= blocks)
        return;
    uint written = block * channels_written + pair * 2u;
    float even[ELEMENTS] = transformed(written, work.chunk * channels_together + read);
    float odd[ELEMENTS] = transformed(written + 1u, work.chunk * channels_together + read);
    uint chunk = kept_chunks == work.chunks ? work.chunk : 0u;
    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++) {
        packed.pairs[(((chunk * ELEMENTS + element) * blocks + block) * channels_together + read) * pairs + pair]
            = together(vec2(even[element], odd[element]));
    }
}
