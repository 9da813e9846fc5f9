// Gathering b where its columns are pixels and its depth is channels times TAPS: an invocation keeps to one column and, of the
// TILE_C channels of a tile, to every CHANNEL_STEP-th, of which it loads all taps. So the addresses of its pixel are found
// once, and from load to load they differ by constants.
const uint CHANNEL_STEP = 128u / TILE_COLUMNS;
const uint B_LOADS = TILE_C * TAPS / CHANNEL_STEP;

uint column_of_b() {
    return gl_LocalInvocationID.x % TILE_COLUMNS;
}

uint channel_of_b(uint load) {
    return load / TAPS * CHANNEL_STEP + gl_LocalInvocationID.x / TILE_COLUMNS;
}

uint place_b(uint load) {
    return (channel_of_b(load) * TAPS + load % TAPS) * (TILE_COLUMNS + 4u) + column_of_b();
}
