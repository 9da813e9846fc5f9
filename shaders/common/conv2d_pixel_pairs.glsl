// How conv2d/*_lane_pairs read pixels: two neighbours at a time, which needs rows of even length.
// The including file declares Pixels { uint64_t pixels[]; }.
const uint PIXELS_PER_LOAD = 2u;

vec2 load_pixels(Pixels source, uint i) { return both(source.pixels[i]); }
