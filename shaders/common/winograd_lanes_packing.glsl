// How conv2d/pack_*_winograd_lanes lay out transformed weights of a 3x3 convolution:
// [channel tile][element of 16][pair of the channels read][channel in the tile], in each place the same element for two channels.
const uint PACKED_CHANNELS = 16u;

uint place_of_weights(uint channel_tile, uint element, uint pairs) {
    return (channel_tile * 16u + element) * pairs * PACKED_CHANNELS;
}
