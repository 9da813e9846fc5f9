// How conv2d/pack_* and conv2d/*_lanes lay out the weights of a 3x3 convolution:
// [channel tile][channel read][tap pair][channel in the tile], two neighbouring taps of one kernel in each place.
const uint CHANNELS = 16u;
const uint TAP_PAIRS = 5u; // 9 taps and one zero
