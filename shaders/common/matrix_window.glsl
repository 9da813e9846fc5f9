// A window of a line (see common/line.glsl) in shared memory, for convolutions on matrix units: 16 channels as Float16. Pixels lie
// apart by PITCH: their 16 channels side by side, so that matrices can be loaded from any pixel on, and 16 unused bytes that spread
// neighbouring pixels over the banks.
#include "common/float16_pairs.glsl"
#include "common/line.glsl"

const uint CHUNK = 16u;                       // channels in a window
const uint PITCH = 3u;                        // of 16 bytes, 8 channels each
const uint PLACES = KERNEL * RUN;
const uint WINDOW_LOADS = (2u * PLACES + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x; // of 8 channels, for each invocation

shared uvec4 window[PLACES * PITCH];

// The pixel at a place of the window that starts at `line`.
uint pixel_in_window(uint place, uint line) {
    return pixel_of(line + place / RUN * line_width() + place % RUN);
}

uvec4 eight_channels(uint first, uint pixel) {
    float channel[8];
    [[unroll]] for (uint i = 0u; i < 8u; i++)
        channel[i] = source_or_zero(0u, first + i, pixel);
    return uvec4(
        rounded_pair(channel[0], channel[1]), rounded_pair(channel[2], channel[3]),
        rounded_pair(channel[4], channel[5]), rounded_pair(channel[6], channel[7]));
}
