// A convolution from packed rows (see common/rows_convolution.glsl) by matrices of subgroups (GL_KHR_cooperative_matrix).
// One workgroup computes TILE_COLUMNS channels at TILE_ROWS places of the line of one image. Both factors pass through shared memory,
// TILE_DEPTH channels of one row of taps at a time: the places of the tile and the few behind it, which all taps of the row read, each from
// its own place on, and the weights of these taps. Of the product each subgroup takes half the columns and its share of the rows. Sums run
// over rows of taps, then over matrices of channels, then over the taps of the row, whatever the tile. The including file declares its
// number of invocations, SUBGROUP_SIZE, MATRIX_SIZE, TILE_DEPTH (of which row_channels() is a multiple), what common/rows_convolution.glsl
// asks for, and the buffers weight_rows and, by the name SOURCE_ROWS, that of the source.
#include "common/rows_convolution.glsl"

const uint SUBGROUPS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
const uint ROWS_EACH = TILE_ROWS / (SUBGROUPS / 2u);
const uint COLUMNS_EACH = TILE_COLUMNS / 2u;
const uint PARTS_M = ROWS_EACH / MATRIX_SIZE;
const uint PARTS_N = COLUMNS_EACH / MATRIX_SIZE;
const uint EIGHTS = TILE_DEPTH / 8u;
const uint PITCH = EIGHTS + 1u; // of 16 bytes; the odd one spreads neighbouring rows over the banks
const uint PLACES = TILE_ROWS + KERNEL - 1u;
const uint TARGETS = KERNEL * TILE_COLUMNS;
const uint PIXEL_LOADS = (PLACES * EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
const uint WEIGHT_LOADS = (TARGETS * EIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;

// Results leave through the same shared memory, so many matrices one below the other at a time.
const uint STORED_M = 1u + uint(PARTS_M % 2u == 0u);
const uint STORED_ROWS = STORED_M * MATRIX_SIZE;
const uint STORED_PITCH = MATRIX_SIZE / 4u + 1u; // of 16 bytes
const uint STORED_QUADS = STORED_ROWS * (MATRIX_SIZE / 4u) / SUBGROUP_SIZE; // of channels, for each invocation

// Of large tiles, each subgroup has products enough that loads find room between them.
const bool LOADS_BETWEEN_PRODUCTS = TILE_COLUMNS > 64u;

const uint FACTORS = (PLACES + TARGETS) * PITCH;
const uint RESULTS = SUBGROUPS * STORED_ROWS * STORED_PITCH;

shared uvec4 part[FACTORS > RESULTS ? FACTORS : RESULTS]; // pixels, and behind them weights

uvec4 next_pixels[PIXEL_LOADS]; // of the next part, for each invocation
uvec4 next_weights[WEIGHT_LOADS];

// Each invocation loads eight channels of one row of the part, and of those that lie so many rows further on.
const uint LOADED_ROWS = gl_WorkGroupSize.x / EIGHTS;

// Where four invocations load a row, the eight of them that share their part at once have rows that lie four apart, which are in different
// banks.
uint loaded_item() {
    uint item = gl_LocalInvocationID.x;
    return EIGHTS == 4u ? item & ~31u | (item >> 3u & 3u) << 2u | (item >> 2u & 1u) << 4u | item & 3u : item;
}

uint loaded_row() {
    return loaded_item() / EIGHTS;
}

uint loaded_eight() {
    return loaded_item() % EIGHTS;
}

// Which place, and which four channels, an invocation has of those that leave shared memory together.
uint stored_place(uint item) {
    return NEIGHBOURS_ARE_CHANNELS ? item / (MATRIX_SIZE / 4u) : item % STORED_ROWS;
}

uint stored_quad(uint item) {
    return NEIGHBOURS_ARE_CHANNELS ? item % (MATRIX_SIZE / 4u) : item / STORED_ROWS;
}

// Whether there is such a row among so many.
bool is_loaded(uint load, uint rows) {
    return rows % LOADED_ROWS == 0u || load * LOADED_ROWS + loaded_row() < rows;
}

// From the beginning of all weights of a channel of the target, row by row of the part: all channels of the target for the first tap of a
// row, then for the next.
uint offset_of_weights(uint row) {
    return row % TILE_COLUMNS * (KERNEL * KERNEL) + row / TILE_COLUMNS;
}

// Starts to load one of so many shares of the part whose pixels begin at `pixel` and whose weights at `weight`, for this invocation.
void load_share(uint pixel, uint weight, uint share, uint shares) {
    uint eights = row_channels() / 8u;
    [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++) {
        if (i % shares == share && is_loaded(i, PLACES))
            next_pixels[i] = SOURCE_ROWS[pixel + i * LOADED_ROWS * eights];
    }
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        if ((PIXEL_LOADS + i) % shares == share && is_loaded(i, TARGETS))
            next_weights[i] = weight_rows[weight + offset_of_weights(i * LOADED_ROWS) * eights];
    }
}

// The same of the whole part.
void load_part(uint pixel, uint weight) {
    load_share(pixel, weight, 0u, 1u);
}

void share_part(uint shared_at) {
    [[unroll]] for (uint i = 0u; i < PIXEL_LOADS; i++) {
        if (is_loaded(i, PLACES))
            part[shared_at + i * (LOADED_ROWS * PITCH)] = next_pixels[i];
    }
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        if (is_loaded(i, TARGETS))
            part[shared_at + (PLACES + i * LOADED_ROWS) * PITCH] = next_weights[i];
    }
}

void convolve() {
    find_target_pixels();
    uint eights = row_channels() / 8u;
    uint pixel = (gl_WorkGroupID.z * row_count() + first_place() + gl_WorkGroupID.y * TILE_ROWS + loaded_row()) * eights + loaded_eight();
    uint weight = (gl_WorkGroupID.x * TILE_COLUMNS * (KERNEL * KERNEL) + offset_of_weights(loaded_row())) * eights + loaded_eight();
    uint shared_at = loaded_row() * PITCH + loaded_eight();
    uint row0 = gl_SubgroupID / 2u * ROWS_EACH;
    uint column0 = gl_SubgroupID % 2u * COLUMNS_EACH;

    coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator> sum[PARTS_M * PARTS_N];
    [[unroll]] for (uint i = 0u; i < PARTS_M * PARTS_N; i++)
        sum[i] = coopmat<float, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseAccumulator>(0.0);

    uint parts = KERNEL * eights / EIGHTS;
    uint eight = 0u; // with which the next part begins
    load_part(pixel, weight);
    for (uint turn = 0u; turn < parts; turn++) {
        barrier();
        share_part(shared_at);
        barrier();
        eight += EIGHTS;
        if (eight == eights) {
            eight = 0u;
            pixel += line_width() * eights;
            weight += KERNEL * eights;
        }
        if (!LOADS_BETWEEN_PRODUCTS && turn + 1u < parts)
            load_part(pixel + eight, weight + eight);
        [[unroll]] for (uint k = 0u; k < TILE_DEPTH; k += MATRIX_SIZE) {
            [[unroll]] for (uint s = 0u; s < KERNEL; s++) {
                if (LOADS_BETWEEN_PRODUCTS && turn + 1u < parts)
                    load_share(pixel + eight, weight + eight, k / MATRIX_SIZE * KERNEL + s, TILE_DEPTH / MATRIX_SIZE * KERNEL);
                coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseA> left[PARTS_M];
                [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                    coopMatLoad(left[i], part, (row0 + i * MATRIX_SIZE + s) * PITCH + k / 8u, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
                    coopmat<float16_t, gl_ScopeSubgroup, MATRIX_SIZE, MATRIX_SIZE, gl_MatrixUseB> right;
                    coopMatLoad(right, part, (PLACES + s * TILE_COLUMNS + column0 + j * MATRIX_SIZE) * PITCH + k / 8u,
                        PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                    [[unroll]] for (uint i = 0u; i < PARTS_M; i++)
                        sum[i * PARTS_N + j] = coopMatMulAdd(left[i], right, sum[i * PARTS_N + j]);
                }
            }
        }
    }

    // A matrix cannot be stored where only a part of it is inside, so each goes through shared memory.
    barrier();
    uint part0 = gl_SubgroupID * (STORED_ROWS * STORED_PITCH);
    [[unroll]] for (uint i = 0u; i < PARTS_M; i += STORED_M) {
        [[unroll]] for (uint j = 0u; j < PARTS_N; j++) {
            [[unroll]] for (uint below = 0u; below < STORED_M; below++)
                coopMatStore(sum[(i + below) * PARTS_N + j], part, part0 + below * MATRIX_SIZE * STORED_PITCH, STORED_PITCH,
                    gl_CooperativeMatrixLayoutRowMajor);
            subgroupBarrier();
            vec4 result[STORED_QUADS];
            [[unroll]] for (uint e = 0u; e < STORED_QUADS; e++) {
                uint place = stored_place(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                uint quad = stored_quad(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                vec4 sums = uintBitsToFloat(part[part0 + place * STORED_PITCH + quad]);
                result[e] = finished_sums(row0 + i * MATRIX_SIZE + place, column0 + j * MATRIX_SIZE + 4u * quad, sums);
            }
            [[unroll]] for (uint e = 0u; e < STORED_QUADS; e++) {
                uint place = stored_place(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                uint quad = stored_quad(e * SUBGROUP_SIZE + gl_SubgroupInvocationID);
                store_results(row0 + i * MATRIX_SIZE + place, column0 + j * MATRIX_SIZE + 4u * quad, result[e]);
            }
            subgroupBarrier();
        }
    }
}
