// A 3x3 convolution along the line of an image (see common/line.glsl), for GPUs:
// [channels of the target] x [channels of the source and taps] times [those] x [pixels], in Float32. All nine taps read one window
// of the source in shared memory.
// One workgroup of 128 invocations computes TILE_ROWS channels of TILE_COLUMNS pixels of the line of one image, each invocation
// TILE_ROWS / 8 x TILE_COLUMNS / 16 of them, in runs of four. Terms are fused multiply-adds in the order of channels and taps, so
// that tiles of every size give the same bits. The including file declares TILE_ROWS (32 or 64) and TILE_COLUMNS (64 or 128), what
// common/line.glsl asks for, and the buffer window_weight (see common/window_weights.glsl), and defines target_channels(),
// target_height(), target_width(), start_of(channel) and store(channel, i), which keeps the invocation's sums of row i: sum[i *
// COLUMNS_EACH + j] belongs to target_pixel[j].
const uint LENGTH = TILE_COLUMNS;
#include "common/line.glsl"
#include "common/window_weights.glsl"

const uint CHUNK = PACKED_SOURCES;            // channels in a window
const uint RUN_PITCH = TILE_COLUMNS + 4u;
const uint ROWS_EACH = TILE_ROWS / 8u;
const uint COLUMNS_EACH = TILE_COLUMNS / 16u;
const uint WEIGHTS = CHUNK * TAPS * TILE_ROWS / 4u; // of four rows each
const uint WEIGHT_LOADS = (WEIGHTS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
const uint CHANNEL_STEP = gl_WorkGroupSize.x / TILE_COLUMNS;
const uint ENDS = KERNEL - 1u;                // pixels of a run beyond TILE_COLUMNS

shared vec4 weights[WEIGHTS];                           // [channel][tap][row]
shared vec4 window[CHUNK * KERNEL * RUN_PITCH / 4u];    // [channel][row of taps][pixel]

float sum[ROWS_EACH * COLUMNS_EACH];
uint target_pixel[COLUMNS_EACH]; // row and column, 16 bits each, or NOWHERE

void store(uint channel, uint i);

// 32 neighbouring invocations make up 4 rows of 8.
uint row_lane() {
    return gl_LocalInvocationID.x / 64u * 4u + gl_LocalInvocationID.x % 32u / 8u;
}

uint column_lane() {
    return gl_LocalInvocationID.x / 32u % 2u * 8u + gl_LocalInvocationID.x % 8u;
}

void put(uint channel, uint run, uint place, float pixel) {
    uint at = (channel * KERNEL + run) * RUN_PITCH + place;
    window[at / 4u][at % 4u] = pixel;
}

void multiply_channel(uint channel) {
    [[unroll]] for (uint r = 0u; r < KERNEL; r++) {
        float pixel[COLUMNS_EACH / 4u * 8u]; // eight from the first of each run of four on, of which six are used
        [[unroll]] for (uint j = 0u; j < COLUMNS_EACH / 4u; j++) {
            uint at = (channel * KERNEL + r) * RUN_PITCH / 4u + j * 16u + column_lane();
            vec4 first = window[at];
            vec2 second = window[at + 1u].xy;
            pixel[j * 8u] = first.x;
            pixel[j * 8u + 1u] = first.y;
            pixel[j * 8u + 2u] = first.z;
            pixel[j * 8u + 3u] = first.w;
            pixel[j * 8u + 4u] = second.x;
            pixel[j * 8u + 5u] = second.y;
        }
        [[unroll]] for (uint s = 0u; s < KERNEL; s++) {
            [[unroll]] for (uint i = 0u; i < ROWS_EACH; i += 4u) {
                vec4 weight = weights[((channel * KERNEL + r) * KERNEL + s) * (TILE_ROWS / 4u) + i * 2u + row_lane()];
                [[unroll]] for (uint row = 0u; row < 4u; row++) {
                    [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++) {
                        uint at = (i + row) * COLUMNS_EACH + j;
                        sum[at] = fma(weight[row], pixel[j / 4u * 8u + j % 4u + s], sum[at]);
                    }
                }
            }
        }
    }
}

uint pixel_of_run[KERNEL]; // that the invocation loads
uint end_pixel;

vec4 loaded_weights[WEIGHT_LOADS];
float loaded_pixels[CHUNK / CHANNEL_STEP * KERNEL + 1u];

void load_weights(uint c0, uint m0, uint rows) {
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        uint item = min(i * gl_WorkGroupSize.x + gl_LocalInvocationID.x, WEIGHTS - 1u);
        loaded_weights[i] = window_weight[((c0 * TAPS + item / (TILE_ROWS / 4u)) * rows + m0) / 4u + item % (TILE_ROWS / 4u)];
    }
}

void load_window(uint part, uint c0) {
    uint lane = gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0u; i < CHUNK / CHANNEL_STEP; i++) {
        [[unroll]] for (uint run = 0u; run < KERNEL; run++)
            loaded_pixels[i * KERNEL + run] = source_or_zero(part, c0 + i * CHANNEL_STEP + lane / TILE_COLUMNS, pixel_of_run[run]);
    }
    if (lane < CHUNK * KERNEL * ENDS)
        loaded_pixels[CHUNK / CHANNEL_STEP * KERNEL] = source_or_zero(part, c0 + lane / (KERNEL * ENDS), end_pixel);
}

void load(uint c0, uint m0, uint rows) {
    load_weights(c0, m0, rows);
    uint part = part_of_channels(c0, CHUNK);
    if (part == 0u)
        load_window(0u, c0);
    else if (part == 1u)
        load_window(1u, c0);
    else
        load_window(2u, c0);
}

void stage() {
    uint lane = gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0u; i < WEIGHT_LOADS; i++) {
        uint item = i * gl_WorkGroupSize.x + lane;
        if (item < WEIGHTS)
            weights[item] = loaded_weights[i];
    }
    [[unroll]] for (uint i = 0u; i < CHUNK / CHANNEL_STEP; i++) {
        [[unroll]] for (uint run = 0u; run < KERNEL; run++)
            put(i * CHANNEL_STEP + lane / TILE_COLUMNS, run, lane % TILE_COLUMNS, loaded_pixels[i * KERNEL + run]);
    }
    if (lane < CHUNK * KERNEL * ENDS)
        put(lane / (KERNEL * ENDS), lane / ENDS % KERNEL, TILE_COLUMNS + lane % ENDS, loaded_pixels[CHUNK / CHANNEL_STEP * KERNEL]);
}

void convolve() {
    uint m0 = gl_WorkGroupID.x * TILE_ROWS;
    uint n0 = gl_WorkGroupID.y * TILE_COLUMNS;
    uint rows = packed_targets(target_channels());
    uint lane = gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0u; i < ROWS_EACH; i++) {
        float start = start_of(m0 + i / 4u * 32u + row_lane() * 4u + i % 4u);
        [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++)
            sum[i * COLUMNS_EACH + j] = start;
    }

    [[unroll]] for (uint run = 0u; run < KERNEL; run++)
        pixel_of_run[run] = pixel_of(n0 + run * line_width() + lane % TILE_COLUMNS);
    end_pixel = pixel_of(n0 + lane / ENDS % KERNEL * line_width() + TILE_COLUMNS + lane % ENDS);

    for (uint c0 = 0u; c0 < source_channels(); c0 += CHUNK) {
        load(c0, m0, rows);
        barrier(); // what was staged before has been read
        stage();
        barrier();
        [[dont_unroll]] for (uint channel = 0u; channel < CHUNK; channel++)
            multiply_channel(channel);
    }

    [[unroll]] for (uint j = 0u; j < COLUMNS_EACH; j++) {
        uint at = n0 + j / 4u * 64u + column_lane() * 4u + j % 4u;
        uvec2 place = uvec2(at / line_width(), at % line_width());
        target_pixel[j] = place.x < target_height() && place.y < target_width() ? place.x << 16u | place.y : NOWHERE;
    }
    [[unroll]] for (uint i = 0u; i < ROWS_EACH; i++) {
        uint m = m0 + i / 4u * 32u + row_lane() * 4u + i % 4u;
        if (m < target_channels())
            store(m, i);
    }
}
