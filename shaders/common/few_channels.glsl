// A convolution of so few channels that a pixel's window of the source fits an invocation's registers, which the network's first layer is,
// and the gradient of its head: what it writes decides how long it takes. One workgroup of 128 invocations computes 32 channels of the
// target at TILE_PIXELS times 128 neighbouring pixels of one image; its invocations load the windows of TILE_PIXELS pixels each, and read
// the weights from shared memory.
// The including file declares KERNEL, SOURCES (channels of the source) and TILE_PIXELS, and defines margin() (rows and columns of zeros
// before the source), source_at(c, row, column), source_height(), source_width(), target_channels(), target_height(), target_width(),
// weight_at(target, source, tap), start_at(target) (what is added to the products), and finished(target, pixel, sum), which makes a sum a
// result; and how results are stored: GROUP (channels whose results are stored together), stored_channels() (channels that are stored,
// some behind the target's among them), stored_at(pixel), by which the place of a pixel is computed once for all its channels, and
// store_group(target, at, results).
const uint TAPS = KERNEL * KERNEL;
const uint DEPTH = SOURCES * TAPS;
const uint QUADS = (DEPTH + 3u) / 4u;
const uint TARGETS = 32u;

shared vec4 weights[TARGETS * QUADS];
shared float starts[TARGETS];

uint pixel_tiles() {
    uint pixels = gl_WorkGroupSize.x * TILE_PIXELS;
    return (target_height() * target_width() + pixels - 1u) / pixels;
}

void share_weights(uint first) {
    for (uint i = gl_LocalInvocationID.x; i < TARGETS * QUADS; i += gl_WorkGroupSize.x) {
        uint target = first + i / QUADS;
        vec4 quad;
        [[unroll]] for (uint j = 0u; j < 4u; j++) {
            uint d = i % QUADS * 4u + j;
            quad[j] = target < target_channels() && d < DEPTH ? weight_at(target, d / TAPS, d % TAPS) : 0.0;
        }
        weights[i] = quad;
    }
    if (gl_LocalInvocationID.x < TARGETS) {
        uint target = first + gl_LocalInvocationID.x;
        starts[gl_LocalInvocationID.x] = target < target_channels() ? start_at(target) : 0.0;
    }
    barrier();
}

uint workgroup_of_image() {
    return gl_WorkGroupID.y * pixel_tiles() + gl_WorkGroupID.x;
}

uint workgroups_of_image() {
    return pixel_tiles() * ((target_channels() + TARGETS - 1u) / TARGETS);
}

void convolve_few() {
    uint first = gl_WorkGroupID.y * TARGETS;
    share_weights(first);
    uint pixels = target_height() * target_width();
    uint pixel0 = gl_WorkGroupID.x * (gl_WorkGroupSize.x * TILE_PIXELS) + gl_LocalInvocationID.x;
    float window[TILE_PIXELS][4u * QUADS];
    uint at[TILE_PIXELS];
    [[unroll]] for (uint i = 0u; i < TILE_PIXELS; i++) {
        uint pixel = pixel0 + i * gl_WorkGroupSize.x;
        at[i] = stored_at(pixel);
        uint row = pixel / target_width() - margin();
        uint column = pixel % target_width() - margin();
        [[unroll]] for (uint d = 0u; d < 4u * QUADS; d++) {
            uint r = row + d % TAPS / KERNEL; // wraps before the first row, which the comparison catches
            uint s = column + d % KERNEL;
            bool inside = d < DEPTH && pixel < pixels && r < source_height() && s < source_width();
            window[i][d] = inside ? source_at(d / TAPS, r, s) : 0.0;
        }
    }
    for (uint target = 0u; target < TARGETS && first + target < stored_channels(); target += GROUP) {
        float sum[TILE_PIXELS][GROUP];
        [[unroll]] for (uint k = 0u; k < GROUP; k++) {
            [[unroll]] for (uint i = 0u; i < TILE_PIXELS; i++)
                sum[i][k] = starts[target + k];
            [[unroll]] for (uint quad = 0u; quad < QUADS; quad++) {
                vec4 weight = weights[(target + k) * QUADS + quad];
                [[unroll]] for (uint j = 0u; j < 4u; j++) {
                    [[unroll]] for (uint i = 0u; i < TILE_PIXELS; i++)
                        sum[i][k] = fma(weight[j], window[i][quad * 4u + j], sum[i][k]);
                }
            }
        }
        // All that results take comes before the first store: between stores it would wait for them.
        [[unroll]] for (uint k = 0u; k < GROUP; k++) {
            [[unroll]] for (uint i = 0u; i < TILE_PIXELS; i++) {
                uint pixel = min(pixel0 + i * gl_WorkGroupSize.x, pixels - 1u);
                sum[i][k] = finished(min(first + target + k, target_channels() - 1u), pixel, sum[i][k]);
            }
        }
        [[unroll]] for (uint i = 0u; i < TILE_PIXELS; i++) {
            if (pixel0 + i * gl_WorkGroupSize.x < pixels)
                store_group(first + target, at[i], sum[i]);
        }
    }
}
