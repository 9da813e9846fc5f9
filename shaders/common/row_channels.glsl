#ifndef FILLED_CHANNELS
#define FILLED_CHANNELS
// Channels of packed rows of Float16 (see common/rows_packing.glsl) come in groups of as many as matrix units multiply at a time.
const uint ROW_CHANNELS = 16u;

// So many channels, with those behind the last one up to the next multiple.
uint filled_channels(uint channels) {
    return (channels + ROW_CHANNELS - 1u) / ROW_CHANNELS * ROW_CHANNELS;
}
#endif
