// How conv2d/*_lanes read pixels: one at a time, as rows of any length need.
// The including file declares Pixels { float pixels[]; }.
const uint PIXELS_PER_LOAD = 1u;

vec2 load_pixels(Pixels source, uint i) { return vec2(source.pixels[i], 0.0); }
