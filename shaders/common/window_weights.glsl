// How weights of a 3x3 convolution lie for common/window_convolution.glsl: [channel of the source][tap][channel of the target], with zeros
// for the channels of the target up to a multiple of PACKED_TARGETS and those of the source up to a multiple of PACKED_SOURCES, which are
// those of a window.
const uint PACKED_TARGETS = 64u;
const uint PACKED_SOURCES = 4u;

uint packed_targets(uint channels) {
    return (channels + PACKED_TARGETS - 1u) / PACKED_TARGETS * PACKED_TARGETS;
}
