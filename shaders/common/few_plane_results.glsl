// Results of common/few_channels.glsl that are stored channel by channel. The including file defines target_channels() and
// store(target, pixel, result).
const uint GROUP = 4u;

uint stored_channels() {
    return target_channels();
}

uint stored_at(uint pixel) {
    return pixel;
}

void store_group(uint target, uint at, float results[GROUP]) {
    [[unroll]] for (uint k = 0u; k < GROUP; k++) {
        if (target + k < target_channels())
            store(target + k, at, results[k]);
    }
}
