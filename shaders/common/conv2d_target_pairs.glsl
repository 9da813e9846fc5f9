// How convolutions for processors store two neighbours of a row of results at a time, from an even column on. The including file
// declares the buffer type Result { uint64_t result[]; } and includes float_pairs.glsl and conv2d_pixel_pairs.glsl.
#include "common/conv2d_target.glsl"

uint place_of_pair(Target target, uint row, uint column) {
    return (target.first + row * target.stride + column) / 2u;
}

vec2 mask_of(Target target, uint row, uint column) {
    return load_pixels(target.mask, place_of_pair(target, row, column));
}

void store_pair(Target target, uint row, uint column, vec2 results) {
    target.result.result[place_of_pair(target, row, column)] = together(results);
}
