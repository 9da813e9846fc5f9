// Results that are stored channel by channel, for which neighbouring invocations have neighbouring pixels.
// The including file defines target_channels() and store(channel, row, column, result).
const bool NEIGHBOURS_ARE_CHANNELS = false;

void store_four(uint channel, uint row, uint column, vec4 results) {
    [[unroll]] for (uint q = 0u; q < 4u; q++) {
        if (channel + q < target_channels())
            store(channel + q, row, column, results[q]);
    }
}
