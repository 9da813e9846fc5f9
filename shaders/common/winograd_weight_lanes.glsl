// Gradient of a 3x3 convolution to its weight and bias by Winograd's algorithms for processors, first half, see common/winograd.glsl:
// the sums over one run of rows of tiles of one image, weight_gradient(sum over tiles of input(x) * output_gradient(d_y)).
// common/conv2d_lanes.glsl and common/winograd_lanes.glsl say what things cost there. What follows here:
//
// - A lane is a channel, also in the transforms, so that sums over tiles are sums of registers. Two tiles that are neighbours in a
//   row are transformed together and lie in one place.
// - A subgroup takes TILE_INPUTS input channels of TILE_OUTPUTS output channels in one run. It transforms TILE_UNITS pairs of tiles
//   at a time, and then takes one of the ELEMENTS of all products after the other, for TILE_C input channels of TILE_K output
//   channels.
// - Transformed tiles, and sums between one time and the next, lie in memory that is the subgroup's own and stays in the cache. So
//   that it is small, there are few workgroups, each of which computes many such parts. A lane reads only what it has written itself.
//
// winograd_weight_f22.glsl and winograd_weight_f43.glsl include this file; they declare RESULTS and the transforms. What includes
// those includes float_pairs.glsl and conv2d_pixel_pairs.glsl before; it declares SUBGROUP_SIZE, PADDING, TILE_INPUTS,
// TILE_OUTPUTS, TILE_C, TILE_K, TILE_UNITS, the buffer types Pixels, Tiles { uint64_t tiles[]; } and Sums { float sums[]; }, d_y,
// partial and partial_bias, and says where channels of x lie. Its workgroups are of 16 invocations.
#include "common/plane.glsl"
#include "common/conv2d_channel.glsl"
#include "common/aligned_stack.glsl"
#include "common/rectified.glsl"

const uint ALONG = RESULTS + 2u;
const uint ELEMENTS = ALONG * ALONG;

Channel source_of(uint n, uint c);

// Of the rows of a tile's pixels and of its results' gradients; and the gradient of taps, of sums of their products.
float[ELEMENTS] transformed_pixels(float rows[ALONG][ALONG]);
float[ELEMENTS] transformed_gradients(float rows[RESULTS][RESULTS]);
float[9] weight_gradient(float elements[ELEMENTS]);

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint OUTPUT_VECTORS = TILE_K / SUBGROUP_SIZE;
const uint INPUT_GATHERS = TILE_C / SUBGROUP_SIZE;

// Tiles start at columns of x from which pairs of pixels can be read; where the padding is odd, that leaves the first tile's first
// column of gradients before the image.
const uint FIRST_COLUMN = PADDING % 2u;

// Where a subgroup's memory holds transformed pixels [ELEMENTS][TILE_UNITS][TILE_INPUTS], transformed gradients and sums of gradients
// [ELEMENTS + 1][TILE_UNITS][TILE_OUTPUTS], and sums of products [ELEMENTS][TILE_INPUTS / 2][TILE_OUTPUTS].
const uint GRADIENTS = ELEMENTS * TILE_UNITS * TILE_INPUTS;
const uint ALL_SUMS = GRADIENTS + (ELEMENTS + 1u) * TILE_UNITS * TILE_OUTPUTS;
const uint OWN_LENGTH = ALL_SUMS + ELEMENTS / 2u * TILE_INPUTS * TILE_OUTPUTS;

// Transforms the pixels under two tiles, whose first gradient is that of (row, column), of an input channel for each lane.
void transform_pixels(Tiles own, uint place, Channel source, Plane x, uint row, uint column) {
    float pixels[ALONG][RESULTS + ALONG];
    [[unroll]] for (uint s = 0u; s < RESULTS + ALONG; s += 2u) { // of all rows together: waiting for the first of each overlaps
        uint w = column + s - PADDING;
        [[unroll]] for (uint r = 0u; r < ALONG; r++) {
            uint h = row + r - PADDING; // above the first row and before the first column, numbers wrap to large ones
            uint line = source.first + min(h, x.height - 1u) * source.stride;
            vec2 pair = load_pixels(source.pixels, (line + min(w, x.width - 2u)) / 2u);
            if (PADDING > 0u)
                pair = h < x.height && w < x.width ? pair : vec2(0.0);
            if (source.rectify)
                pair = rectified(pair);
            pixels[r][s] = pair.x;
            pixels[r][s + 1u] = pair.y;
        }
    }
    float tile[2][ELEMENTS];
    [[unroll]] for (uint i = 0u; i < 2u; i++) {
        float rows[ALONG][ALONG];
        [[unroll]] for (uint r = 0u; r < ALONG; r++) {
            [[unroll]] for (uint s = 0u; s < ALONG; s++)
                rows[r][s] = pixels[r][RESULTS * i + s];
        }
        tile[i] = transformed_pixels(rows);
    }
    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++)
        own.tiles[place + element * TILE_UNITS * TILE_INPUTS] = together(vec2(tile[0][element], tile[1][element]));
}

// Transforms the gradients of two tiles of an output channel for each lane, of which `first` is the first element. What comes after
// their last element is the sum of each.
void transform_gradients(Tiles own, uint place, uint first, Plane y, uint row, uint column) {
    const uint LOADS = RESULTS + FIRST_COLUMN; // for each row
    float gradients[RESULTS][2u * LOADS];
    [[unroll]] for (uint i = 0u; i < LOADS; i++) {
        uint q = column + 2u * i - FIRST_COLUMN;
        [[unroll]] for (uint r = 0u; r < RESULTS; r++) {
            vec2 pair = load_pixels(d_y, (first + min(row + r, y.height - 1u) * y.width + min(q, y.width - 2u)) / 2u);
            pair = row + r < y.height && q < y.width ? pair : vec2(0.0);
            gradients[r][2u * i] = pair.x;
            gradients[r][2u * i + 1u] = pair.y;
        }
    }
    float tile[2][ELEMENTS];
    vec2 sums = vec2(0.0);
    [[unroll]] for (uint i = 0u; i < 2u; i++) {
        float rows[RESULTS][RESULTS];
        [[unroll]] for (uint r = 0u; r < RESULTS; r++) {
            [[unroll]] for (uint s = 0u; s < RESULTS; s++) {
                rows[r][s] = gradients[r][FIRST_COLUMN + RESULTS * i + s];
                sums[i] += rows[r][s];
            }
        }
        tile[i] = transformed_gradients(rows);
    }
    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++)
        own.tiles[place + element * TILE_UNITS * TILE_OUTPUTS] = together(vec2(tile[0][element], tile[1][element]));
    own.tiles[place + ELEMENTS * TILE_UNITS * TILE_OUTPUTS] = together(sums);
}

// Adds the products of the same element of `units` pairs of tiles to the sums of TILE_C input channels, from c on, of TILE_K output
// channels, from k on.
void add_products(Tiles own, uint own_place, uint element, uint c, uint k, uint units, bool is_first) {
    float sum[TILE_C * OUTPUT_VECTORS];
    uint sums_place = own_place + ALL_SUMS + (element * TILE_INPUTS + c) / 2u * TILE_OUTPUTS + k;
    [[unroll]] for (uint i = 0u; i < TILE_C * OUTPUT_VECTORS; i++)
        sum[i] = 0.0;
    if (!is_first) {
        [[unroll]] for (uint i = 0u; i < TILE_C; i += 2u) {
            [[unroll]] for (uint v = 0u; v < OUTPUT_VECTORS; v++) {
                vec2 before = both(own.tiles[sums_place + i / 2u * TILE_OUTPUTS + v * SUBGROUP_SIZE]);
                sum[i * OUTPUT_VECTORS + v] = before.x;
                sum[(i + 1u) * OUTPUT_VECTORS + v] = before.y;
            }
        }
    }
    uint pixels_place = own_place + element * TILE_UNITS * TILE_INPUTS + c;
    uint gradients_place = own_place + GRADIENTS + element * TILE_UNITS * TILE_OUTPUTS + k;
    for (uint unit = 0u; unit < units; unit++) {
        vec2 gradient[OUTPUT_VECTORS];
        [[unroll]] for (uint v = 0u; v < OUTPUT_VECTORS; v++)
            gradient[v] = both(own.tiles[gradients_place + v * SUBGROUP_SIZE]);
        vec2 gathered[INPUT_GATHERS];
        [[unroll]] for (uint g = 0u; g < INPUT_GATHERS; g++)
            gathered[g] = both(own.tiles[pixels_place + g * SUBGROUP_SIZE]);
        gradients_place += TILE_OUTPUTS;
        pixels_place += TILE_INPUTS;
        [[unroll]] for (uint i = 0u; i < TILE_C; i++) {
            vec2 pixel = subgroupBroadcast(gathered[i / SUBGROUP_SIZE], i % SUBGROUP_SIZE);
            [[unroll]] for (uint v = 0u; v < OUTPUT_VECTORS; v++) {
                uint s = i * OUTPUT_VECTORS + v;
                sum[s] = fma(gradient[v].x, pixel.x, sum[s]);
                sum[s] = fma(gradient[v].y, pixel.y, sum[s]);
            }
        }
    }
    [[unroll]] for (uint i = 0u; i < TILE_C; i += 2u) {
        [[unroll]] for (uint v = 0u; v < OUTPUT_VECTORS; v++) {
            own.tiles[sums_place + i / 2u * TILE_OUTPUTS + v * SUBGROUP_SIZE]
                = together(vec2(sum[i * OUTPUT_VECTORS + v], sum[(i + 1u) * OUTPUT_VECTORS + v]));
        }
    }
}

// The subgroup's parts of the sums over `runs` runs of each image's rows of tiles, of which it computes every `workgroups`-th.
void sum_products(Tiles own, Plane x, Plane y, uint runs, uint workgroups) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint n = gl_WorkGroupID.z;
    uint subgroup = gl_WorkGroupID.x * SUBGROUPS + gl_LocalInvocationID.x / SUBGROUP_SIZE;
    uint own_place = by_aligned_stack((n * workgroups * SUBGROUPS + subgroup) * OWN_LENGTH + lane);
    uint input_tiles = (x.channels + TILE_INPUTS - 1u) / TILE_INPUTS;
    uint output_tiles = (y.channels + TILE_OUTPUTS - 1u) / TILE_OUTPUTS;
    uint rows = (y.height + RESULTS - 1u) / RESULTS;
    uint row_units = (y.width + FIRST_COLUMN + 2u * RESULTS - 1u) / (2u * RESULTS);

    for (uint part = subgroup; part < runs * input_tiles * output_tiles; part += workgroups * SUBGROUPS) {
        uint run = part / (input_tiles * output_tiles);
        uint range = part - run * (input_tiles * output_tiles);
        uint input_tile = range / output_tiles;
        uint c0 = input_tile * TILE_INPUTS;
        uint k0 = (range - input_tile * output_tiles) * TILE_OUTPUTS;
        uint row = run * rows / runs;
        uint end_row = (run + 1u) * rows / runs;
        uint row_unit = 0u;

        float bias[TILE_OUTPUTS / SUBGROUP_SIZE];
        [[unroll]] for (uint v = 0u; v < TILE_OUTPUTS / SUBGROUP_SIZE; v++)
            bias[v] = 0.0;
        bool is_first = true;
        do {
            uint units = 0u;
            for (; units < TILE_UNITS && row < end_row; units++) {
                uint column = row_unit * 2u * RESULTS - FIRST_COLUMN;
                for (uint c = 0u; c < TILE_INPUTS; c += SUBGROUP_SIZE) {
                    Channel source = source_of(n, min(c0 + c + lane, x.channels - 1u));
                    transform_pixels(own, own_place + units * TILE_INPUTS + c, source, x, row * RESULTS, column);
                }
                for (uint k = 0u; k < TILE_OUTPUTS; k += SUBGROUP_SIZE) {
                    uint first = (n * y.channels + min(k0 + k + lane, y.channels - 1u)) * y.height * y.width;
                    transform_gradients(own, own_place + GRADIENTS + units * TILE_OUTPUTS + k, first, y, row * RESULTS, column);
                }
                row_unit++;
                row += row_unit == row_units ? 1u : 0u;
                row_unit = row_unit == row_units ? 0u : row_unit;
            }
            for (uint element = 0u; element < ELEMENTS; element++) {
                for (uint k = 0u; k < TILE_OUTPUTS; k += TILE_K) {
                    for (uint c = 0u; c < TILE_INPUTS; c += TILE_C)
                        add_products(own, own_place, element, c, k, units, is_first);
                }
            }
            if (c0 == 0u) {
                for (uint unit = 0u; unit < units; unit++) {
                    uint place = own_place + GRADIENTS + (ELEMENTS * TILE_UNITS + unit) * TILE_OUTPUTS;
                    [[unroll]] for (uint v = 0u; v < TILE_OUTPUTS / SUBGROUP_SIZE; v++) {
                        vec2 gradients = both(own.tiles[place + v * SUBGROUP_SIZE]);
                        bias[v] += gradients.x + gradients.y;
                    }
                }
            }
            is_first = false;
        } while (row < end_row);

        for (uint k = 0u; k < TILE_OUTPUTS; k += SUBGROUP_SIZE) {
            for (uint c = 0u; c < TILE_INPUTS; c += 2u) {
                float sums[2][ELEMENTS];
                [[unroll]] for (uint element = 0u; element < ELEMENTS; element++) {
                    vec2 sum = both(own.tiles[own_place + ALL_SUMS + (element * TILE_INPUTS + c) / 2u * TILE_OUTPUTS + k]);
                    sums[0][element] = sum.x;
                    sums[1][element] = sum.y;
                }
                [[unroll]] for (uint i = 0u; i < 2u; i++) {
                    float gradient[9] = weight_gradient(sums[i]);
                    if (k0 + k + lane < y.channels && c0 + c + i < x.channels) {
                        uint place = (((n * runs + run) * y.channels + k0 + k + lane) * x.channels + c0 + c + i) * 9u;
                        [[unroll]] for (uint t = 0u; t < 9u; t++)
                            partial.sums[place + t] = gradient[t];
                    }
                }
            }
        }
        if (c0 == 0u) {
            [[unroll]] for (uint v = 0u; v < TILE_OUTPUTS / SUBGROUP_SIZE; v++) {
                uint k = k0 + v * SUBGROUP_SIZE + lane;
                if (k < y.channels)
                    partial_bias.sums[(n * runs + run) * y.channels + k] = bias[v];
            }
        }
    }
}
