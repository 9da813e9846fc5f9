// 3x3 convolution for processors by Winograd's F(4x4,3x3), see common/winograd_f43.glsl: y[k] = output(sum over c of U[k,c] * V[c]).
// common/conv2d_lanes.glsl says what things cost there. Three kernels, one after the other, for each part of the work:
//
// 1. winograd_f43_tiles.glsl transforms tiles of pixels; a lane takes the tiles of two channels after each other.
// 2. winograd_f43_products.glsl multiplies each element of tiles by that of the transformed weights, as matrices; a lane is a tile.
// 3. winograd_f43_results.glsl makes results of the products of a tile.
//
// A part is some of an image's tiles, and some of the channels read, CHANNELS_READ of them: so that its tiles and products take
// bounded memory and stay in caches, and the code of 2. is not too long. Parts of the same tiles follow each other: the products of
// the second are added to those of the first, and so on, and results are made with the last. What is laid out how, numbers of 32 bits
// in pairs:
//
//   tiles     [image][subgroup of tiles][element][pair of channels read, and one unused][lane][2 channels]
//   products  [image][subgroup of tiles][pair of channels written][element][lane][2 channels]
//   weights   [chunk of channels read][element][block of channels written][channel read][channel written]
//
// The unused pair keeps the elements of a tile, which are written together, from falling into the same few lines of the first cache.
const uint ELEMENTS = 36u;
const uint RESULTS = 4u;
const uint ALONG = 6u;

// Where a part begins: which tile of an image, and which chunk of so many of the channels read.
struct Work { uint first_tile; uint chunk; uint chunks; };

// `channels` are all that are read, `channels_together` those of a chunk. Counted in single precision, which is exact for numbers as
// small as these: a processor has no instruction that divides several integers.
Work work_of(uint part, uint tiles_together, uint channels, uint channels_together) {
    uint chunks = (channels + channels_together - 1u) / channels_together;
    uint block = uint((float(part) + 0.5) / float(chunks));
    return Work(block * tiles_together, part - block * chunks, chunks);
}

// Rows of tiles and columns, for results with these extents.
uvec2 tile_grid(uint height, uint width) {
    return (uvec2(height, width) + (RESULTS - 1u)) / RESULTS;
}
