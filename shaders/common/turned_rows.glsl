// Turns a block of pixels of 16 channels, of which neighbouring invocations have neighbouring pixels, into packed rows, of which they store
// neighbouring channels. The including file declares BLOCK_H and BLOCK_W (pixels of the block), the buffer result_rows (eight channels a
// uvec4) and what common/result_rows.glsl asks for. Workgroups lie along x by columns, along y by rows, along z by images and within them
// by channels.
const uint CHANNELS_OF_STORE = 8u;

void clear_result(uint at) {
    result_rows[at] = uvec4(0u);
}

#include "common/result_rows.glsl"

const uint CHANNELS = ROW_CHANNELS;
const uint PAIRS = CHANNELS / 2u;
const uint PITCH = PAIRS + 1u; // odd, so that neighbouring pixels lie in different banks

shared uint turned[BLOCK_H * BLOCK_W * PITCH];

uint image_of_block() {
    return gl_WorkGroupID.z / (result_channels() / CHANNELS);
}

uint first_channel_of_block() {
    return gl_WorkGroupID.z % (result_channels() / CHANNELS) * CHANNELS;
}

// Where each image has so many blocks of columns and of rows.
void clear_margins_of_blocks(uint columns, uint rows) {
    uint block = (gl_WorkGroupID.z % (result_channels() / CHANNELS) * rows + gl_WorkGroupID.y) * columns + gl_WorkGroupID.x;
    clear_margins(image_of_block(), block, result_channels() / CHANNELS * rows * columns);
}

void turn(uint row, uint column, uint pair, vec2 channels) {
    turned[(row * BLOCK_W + column) * PITCH + pair] = rounded_pair(channels.x, channels.y);
}

// Stores what all invocations have turned, as far as it lies within the result.
void store_turned(uint first_row) {
    barrier();
    uint first_column = gl_WorkGroupID.x * BLOCK_W;
    for (uint i = gl_LocalInvocationIndex; i < BLOCK_H * BLOCK_W * (CHANNELS / 8u); i += gl_WorkGroupSize.x * gl_WorkGroupSize.y) {
        uint pixel = i / (CHANNELS / 8u);
        uint eight = i % (CHANNELS / 8u);
        uint row = first_row + pixel / BLOCK_W;
        uint column = first_column + pixel % BLOCK_W;
        uint at = pixel * PITCH + 4u * eight;
        if (row < result_h && column < result_w)
            result_rows[(result_place(image_of_block(), row, column) + first_channel_of_block()) / 8u + eight] = uvec4(
                turned[at], turned[at + 1u], turned[at + 2u], turned[at + 3u]);
    }
    barrier();
}
