// Turns a block of pixels of 16 channels, of which neighbouring invocations have neighbouring pixels, into packed rows, of which they store
// neighbouring channels (see common/row_results.glsl). The including file declares BLOCK_H and BLOCK_W (pixels of the block), the buffer
// result_rows (eight channels a uvec4) and what common/result_place.glsl asks for.
#include "common/float16_pairs.glsl"
#include "common/result_place.glsl"

const uint CHANNELS = 16u;
const uint PAIRS = CHANNELS / 2u;
const uint PITCH = PAIRS + 1u; // odd, so that neighbouring pixels lie in different banks

shared uint turned[BLOCK_H * BLOCK_W * PITCH];

void turn(uint row, uint column, uint pair, vec2 channels) {
    turned[(row * BLOCK_W + column) * PITCH + pair] = rounded_pair(channels.x, channels.y);
}

// Stores what all invocations have turned, as far as it lies within the result.
void store_turned(uint image, uint first_channel, uint first_row, uint first_column, uint height, uint width) {
    barrier();
    for (uint i = gl_LocalInvocationIndex; i < BLOCK_H * BLOCK_W * (CHANNELS / 8u); i += gl_WorkGroupSize.x * gl_WorkGroupSize.y) {
        uint pixel = i / (CHANNELS / 8u);
        uint eight = i % (CHANNELS / 8u);
        uint row = first_row + pixel / BLOCK_W;
        uint column = first_column + pixel % BLOCK_W;
        uint at = pixel * PITCH + 4u * eight;
        if (row < height && column < width)
            result_rows[(result_place(image, row, column) + first_channel) / 8u + eight] = uvec4(
                turned[at], turned[at + 1u], turned[at + 2u], turned[at + 3u]);
    }
    barrier();
}
