// How conv2d/pack_*_winograd*_lanes lay out transformed weights of a 3x3 convolution:
// [channel tile][element][pair of the channels read][channel in the tile], in each place the same element for two channels.
// The including file declares ELEMENTS, the elements of a transformed kernel.
const uint PACKED_CHANNELS = 16u;

uint place_of_weights(uint channel_tile, uint element, uint pairs) {
    return (channel_tile * ELEMENTS + element) * pairs * PACKED_CHANNELS;
}
