// Channels of packed rows that hold the four pixels of a 2x2 window: those of one corner after the other, in row-major order, filled up
// to a multiple of 16 each, so that channels of a pixel that are neighbours lie side by side.
uint corner_channels(uint channels) {
    return (channels + 15u) / 16u * 16u;
}
