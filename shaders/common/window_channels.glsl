// Channels of packed rows that hold the four pixels of a 2x2 window: those of one corner after the other, in row-major order, each filled
// up, so that channels of a pixel that are neighbours lie side by side.
#include "common/row_channels.glsl"

uint corner_channels(uint channels) {
    return filled_channels(channels);
}
