// How transformed weights of a 3x3 convolution lie for common/winograd_convolution.glsl: [channel of the source][point][channel of the
// target], with zeros for the channels of the target up to a multiple of PACKED_TARGETS and those of the source up to a multiple of
// PACKED_SOURCES, which are those of the deepest tile.
const uint PACKED_TARGETS = 64u;
const uint PACKED_SOURCES = 8u;

uint packed_targets(uint channels) {
    return (channels + PACKED_TARGETS - 1u) / PACKED_TARGETS * PACKED_TARGETS;
}
