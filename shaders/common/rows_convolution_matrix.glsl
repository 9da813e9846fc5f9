// A convolution from packed rows (see common/rows_convolution.glsl) by matrices of subgroups (GL_KHR_cooperative_matrix).
// One workgroup computes TILE_COLUMNS channels at TILE_ROWS places of the line of one image. Both factors pass through shared memory,
// TILE_DEPTH channels of one row of taps at a time: the places of the tile and the few behind it, which all taps of the row read, each from
// its own place on, and the weights of these taps. Of the product each subgroup takes half the columns and its share of the rows. Sums run
// over rows of taps, then over matrices of channels, then over the taps of the row, whatever the tile.
// With FLOAT16_WINOGRAD = 1, the three taps of a row at two neighbouring places are four products instead of six, by Winograd's F(2,3)
// (see common/rows_winograd.glsl): the rows of a matrix are pairs of places then, and a tap is an element of the transform.
// The including file declares its number of invocations, SUBGROUP_SIZE, MATRIX_SIZE, FLOAT16_WINOGRAD, TILE_DEPTH (of which row_channels()
// is a multiple), IS_ADJOINT (whether the weights are those of the convolution whose target is the source here: packed as rows for the
// source's channels, and turned by 180 degrees), what common/rows_convolution.glsl asks for, and the buffers weight_rows and, by the name
// SOURCE_ROWS, that of the source.
#include "common/row_channels.glsl"
#include "common/rows_convolution.glsl"
#include "common/rows_winograd.glsl"

const uint FACTORS_EACH = IN_PAIRS ? WINOGRAD_ELEMENTS : KERNEL; // of a row of taps
const uint SUMS_EACH = IN_PAIRS ? WINOGRAD_ELEMENTS : 1u;

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint ROWS_EACH = TILE_ROWS / (SUBGROUPS / 2u);
const uint COLUMNS_EACH = TILE_COLUMNS / 2u;
const uint PARTS_M = ROWS_EACH / PLACES_EACH / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;
const uint EIGHTS = TILE_DEPTH / 8u;
const uint PITCH = EIGHTS + 1u; // of 16 bytes; the odd one spreads neighbouring rows over the banks
const uint PLACES = TILE_ROWS + KERNEL - 1u;
const uint WEIGHT_ROWS = IS_ADJOINT ? TILE_DEPTH : TILE_COLUMNS; // of each factor
const uint WEIGHT_EIGHTS = (IS_ADJOINT ? TILE_COLUMNS : TILE_DEPTH) / 8u;
const uint WEIGHT_PITCH = WEIGHT_EIGHTS + 1u;
const uint PIXEL_LOADS = (PLACES * EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;

// Results leave through the same shared memory, so many matrices one below the other, or of neighbouring places, at a time.
const uint STORED_M = IN_PAIRS ? 1u : 1u + uint(PARTS_M % 2u == 0u);
const uint STORED_ROWS = STORED_M * PLACES_EACH * MATRIX_SIZE;
const uint STORED_PITCH = MATRIX_SIZE / 4u + 1u; // of 16 bytes
const uint STORED_QUADS = STORED_ROWS * (MATRIX_SIZE / 4u) / SUBGROUP_SIZE; // of channels, for each invocation

// Of large tiles, each subgroup has products enough that loads find room between them.
const bool LOADS_BETWEEN_PRODUCTS = !IN_PAIRS && TILE_COLUMNS > 64u;

const uint WEIGHTS_AT = PLACES * PITCH;
const uint FACTORS = WEIGHTS_AT + FACTORS_EACH * WEIGHT_ROWS * WEIGHT_PITCH;
const uint RESULTS = SUBGROUPS * STORED_ROWS * STORED_PITCH;

shared uvec4 part[FACTORS > RESULTS ? FACTORS : RESULTS]; // pixels, and behind them weights

// Each invocation loads eight channels of one place or row of weights, and of those that lie so many further on.
const uint LOADED_PLACES = gl_WorkGroupSize.x / EIGHTS;
const uint LOADED_WEIGHTS = gl_WorkGroupSize.x / WEIGHT_EIGHTS;

// Where weights are transformed, an invocation has all taps of a row.
const uint TAP_LOADS = (WEIGHT_ROWS + LOADED_WEIGHTS - 1u) / LOADED_WEIGHTS;
const uint WEIGHT_LOADS = IN_PAIRS ? KERNEL * TAP_LOADS : (KERNEL * WEIGHT_ROWS + LOADED_WEIGHTS - 1u) / LOADED_WEIGHTS;

uvec4 next_pixels[PIXEL_LOADS]; // of the next part, for each invocation
uvec4 next_weights[WEIGHT_LOADS];

// Where four invocations load a row, the eight of them that share their part at once have rows that are staged four apart, in different
// banks: they are loaded so many apart.
uint loaded_item(uint eights, uint apart) {
    uint item = gl_LocalInvocationID.x;
    return eights == 4u ? item & ~(8u * apart - 1u) | (item >> 3u) % apart << 2u | (item >> 2u & 1u) * (4u * apart) | item & 3u : item;
}

uint loaded_place() {
    return loaded_item(EIGHTS, 4u * PLACES_EACH) / EIGHTS;
}

uint loaded_eight() {
    return loaded_item(EIGHTS, 4u * PLACES_EACH) % EIGHTS;
}

uint loaded_weight() {
    return loaded_item(WEIGHT_EIGHTS, 4u) / WEIGHT_EIGHTS;
}

uint loaded_weight_eight() {
    return loaded_item(WEIGHT_EIGHTS, 4u) % WEIGHT_EIGHTS;
}

// Which place, and which four channels, an invocation has of those that leave shared memory together.
uint stored_place(uint item) {
    return NEIGHBOURS_ARE_CHANNELS ? item / (MATRIX_SIZE / 4u) : item % STORED_ROWS;
}

uint stored_quad(uint item) {
    return NEIGHBOURS_ARE_CHANNELS ? item % (MATRIX_SIZE / 4u) : item / STORED_ROWS;
}

// Whether there is such a place, or row of weights, among all.
bool is_loaded(uint load) {
    return PLACES % LOADED_PLACES == 0u || load * LOADED_PLACES + loaded_place() < PLACES;
}

bool is_weight_loaded(uint load) {
    uint rows = IN_PAIRS ? WEIGHT_ROWS : KERNEL * WEIGHT_ROWS;
    return rows % LOADED_WEIGHTS == 0u || (IN_PAIRS ? load % TAP_LOADS : load) * LOADED_WEIGHTS + loaded_weight() < rows;
}

// How many eights of channels a packed row of weights has for each tap.
uint tap_eights() {
    return IS_ADJOINT ? filled_channels(target_channels()) / 8u : row_channels() / 8u;
}

// From the beginning of all weights of a row of taps, counted in taps, row by row of the part: all channels for the first tap, then for the
// next.
uint offset_of_weights(uint row) {
    return row % WEIGHT_ROWS * (KERNEL * KERNEL) + row / WEIGHT_ROWS;
}

// The same for a load of an invocation's.
uint offset_of_load(uint load) {
    return IN_PAIRS
        ? load % TAP_LOADS * LOADED_WEIGHTS * (KERNEL * KERNEL) + load / TAP_LOADS
        : offset_of_weights(load * LOADED_WEIGHTS);
}

// Where the workgroup's weights begin: within the packed rows of all channels of the source, or in those of its channels of the target.
uint first_weight() {
    uint column = gl_WorkGroupID.x * TILE_COLUMNS;
    return IS_ADJOINT
        ? (KERNEL - 1u) * KERNEL * tap_eights() + column / 8u
        : column * (KERNEL * KERNEL) * tap_eights();
}

// How much further on the weights of so many eights of channels of the source begin.
uint weights_on(uint eights) {
    return IS_ADJOINT ? eights * 8u * (KERNEL * KERNEL) * tap_eights() : eights;
}

// Starts to load one of so many shares of the part whose pixels begin at `pixel` and whose weights at `weight`, for this invocation.
void load_share(uint pixel, uint weight, uint share, uint shares) {
    uint eights = row_channels() / 8u;
    [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++) {
        if (i % shares == share && is_loaded(i))
            next_pixels[i] = SOURCE_ROWS[pixel + i * LOADED_PLACES * eights];
    }
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        if ((PIXEL_LOADS + i) % shares == share && is_weight_loaded(i))
            next_weights[i] = weight_rows[weight + offset_of_load(i) * tap_eights()];
    }
}

// The same of the whole part.
void load_part(uint pixel, uint weight) {
    load_share(pixel, weight, 0u, 1u);
}

void share_part(uint shared_at, uint weights_at) {
    [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++) {
        if (is_loaded(i))
            part[shared_at + i * (LOADED_PLACES / PLACES_EACH * PITCH)] = next_pixels[i];
    }
    if (!IN_PAIRS) {
        [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
            if (is_weight_loaded(i))
                part[weights_at + i * (LOADED_WEIGHTS * WEIGHT_PITCH)] = next_weights[i];
        }
        return;
    }
    [[unroll]] for (uint i = 0u; i < TAP_LOADS; i++) {
        if (!is_weight_loaded(i))
            continue;
        uvec4 taps[3];
        [[unroll]] for (uint s = 0u; s < KERNEL; s++)
            taps[IS_ADJOINT ? KERNEL - 1u - s : s] = next_weights[s * TAP_LOADS + i];
        uvec4 transformed[WINOGRAD_ELEMENTS] = transformed_weights(taps);
        [[unroll]] for (uint element = 0u; element < WINOGRAD_ELEMENTS; element++)
            part[weights_at + (element * WEIGHT_ROWS + i * LOADED_WEIGHTS) * WEIGHT_PITCH] = transformed[element];
    }
}

void convolve() {
    find_target_pixels();
    uint eights = row_channels() / 8u;
    uint pixel = (gl_WorkGroupID.z * row_count() + first_place() + gl_WorkGroupID.y * TILE_ROWS + loaded_place()) * eights + loaded_eight();
    uint weight = first_weight() + offset_of_weights(loaded_weight()) * tap_eights() + loaded_weight_eight();
    uint shared_at = staged_row(loaded_place(), PLACES) * PITCH + loaded_eight();
    uint weights_at = WEIGHTS_AT + loaded_weight() * WEIGHT_PITCH + loaded_weight_eight();
    uint row0 = gl_SubgroupID / 2u * ROWS_EACH;
    uint column0 = gl_SubgroupID % 2u * COLUMNS_EACH;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[SUMS_EACH * PARTS_M * PARTS_N];
    [[unroll]] for (uint i = 0u; i < SUMS_EACH * PARTS_M * PARTS_N; i++)
        sum[i] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    uint parts = KERNEL * eights / EIGHTS;
    uint eight = 0u; // with which the next part begins
    load_part(pixel, weight);
    for (uint turn = 0u; turn < parts; turn++) {
        barrier();
        share_part(shared_at, weights_at);
        barrier();
        eight += EIGHTS;
        if (eight == eights) {
            eight = 0u;
            pixel += line_width() * eights;
            weight += (IS_ADJOINT ? -KERNEL : KERNEL) * tap_eights();
        }
        if (!LOADS_BETWEEN_PRODUCTS && turn + 1u < parts)
            load_part(pixel + eight, weight + weights_on(eight));
        [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k += MATRIX_SIZE) {
            coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[FACTORS_EACH * PARTS_M];
            if (IN_PAIRS) {
                [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
                    coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> place[4];
                    uint even = (row0 / 2u + i * MATRIX_SIZE) * PITCH + k / 8u;
                    uint odd = even + PLACES / 2u * PITCH;
                    coopMatLoad(place[0], part, even, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                    coopMatLoad(place[1], part, odd, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                    coopMatLoad(place[2], part, even + PITCH, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                    coopMatLoad(place[3], part, odd + PITCH, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                    left[i] = place[0] - place[2];
                    left[PARTS_M + i] = place[1] + place[2];
                    left[2u * PARTS_M + i] = place[2] - place[1];
                    left[3u * PARTS_M + i] = place[1] - place[3];
                }
            }
            [[unroll]] for (uint s = 0u; s < FACTORS_EACH; s++) {
                if (LOADS_BETWEEN_PRODUCTS && turn + 1u < parts)
                    load_share(pixel + eight, weight + weights_on(eight), k / MATRIX_SIZE * KERNEL + s,
                        TILE_DEPTH / MATRIX_SIZE * KERNEL);
                if (!IN_PAIRS) {
                    [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                        coopMatLoad(left[s * PARTS_M + i], part, (row0 + i * MATRIX_SIZE + s) * PITCH + k / 8u, PITCH,
                            gl_CooperativeMatrixLayoutRowMajor);
                }
                [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                    coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                    uint column = column0 + j * MATRIX_SIZE;
                    if (IS_ADJOINT) {
                        uint factor = IN_PAIRS ? s : KERNEL - 1u - s;
                        coopMatLoad(right, part, WEIGHTS_AT + (factor * WEIGHT_ROWS + k) * WEIGHT_PITCH + column / 8u, WEIGHT_PITCH,
                            gl_CooperativeMatrixLayoutRowMajor);
                    } else {
                        coopMatLoad(right, part, WEIGHTS_AT + (s * WEIGHT_ROWS + column) * WEIGHT_PITCH + k / 8u, WEIGHT_PITCH,
                            gl_CooperativeMatrixLayoutColumnMajor);
                    }
                    [[unroll]] for (uint i = 0u; i < PARTS_M; i++) {
                        uint at = ((IN_PAIRS ? s : 0u) * PARTS_M + i) * PARTS_N + j;
                        sum[at] = coopMatMulAdd(left[s * PARTS_M + i], right, sum[at]);
                    }
                }
            }
        }
    }

    // A matrix cannot be stored where only a part of it is inside, so each goes through shared memory.
    barrier();
    uint part0 = gl_SubgroupID * (STORED_ROWS * STORED_PITCH);
    [[unroll]] for (uint i = 0u; i < PARTS_M; i += STORED_M) {
        [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
            if (IN_PAIRS) {
                const uint others = PARTS_M * PARTS_N;
                uint at = i * PARTS_N + j;
                coopMatStore(sum[at] + sum[at + others] + sum[at + 2u * others], part, part0, 2u * STORED_PITCH,
                    gl_CooperativeMatrixLayoutRowMajor);
                coopMatStore(sum[at + others] - sum[at + 2u * others] - sum[at + 3u * others], part, part0 + STORED_PITCH,
                    2u * STORED_PITCH, gl_CooperativeMatrixLayoutRowMajor);
            } else {
                [[unroll]] for (uint below = 0u; below < STORED_M; below++)
                    coopMatStore(sum[(i + below) * PARTS_N + j], part, part0 + below * MATRIX_SIZE * STORED_PITCH, STORED_PITCH,
                        gl_CooperativeMatrixLayoutRowMajor);
            }
            subgroupBarrier();
            vec4 result[STORED_QUADS];
            [[unroll]] for (uint e = 0u; e < STORED_QUADS; e++) {
                uint place = stored_place(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                uint quad = stored_quad(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                vec4 sums = uintBitsToFloat(part[part0 + place * STORED_PITCH + quad]);
                result[e] = finished_sums(row0 + i * PLACES_EACH * MATRIX_SIZE + place, column0 + j * MATRIX_SIZE + 4u * quad, sums);
            }
            [[unroll]] for (uint e = 0u; e < STORED_QUADS; e++) {
                uint place = stored_place(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                uint quad = stored_quad(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                store_results(row0 + i * PLACES_EACH * MATRIX_SIZE + place, column0 + j * MATRIX_SIZE + 4u * quad, result[e]);
            }
            subgroupBarrier();
        }
    }
}
