// Results of common/rows_convolution.glsl that are stored as packed rows (see common/result_rows.glsl), so that neighbouring invocations
// have neighbouring channels. Channels up to which they are filled up are stored with the others, as 0.
// The including file declares the buffer result_rows (four channels a uvec2) and what common/result_rows.glsl asks for.
const uint CHANNELS_OF_STORE = 4u;
const bool NEIGHBOURS_ARE_CHANNELS = true;

void clear_result(uint at) {
    result_rows[at] = uvec2(0u);
}

#include "common/result_rows.glsl"

void store_four_in_row(uint channel, uint row, uint column, vec4 results) {
    [[unroll]] for (uint q = 0u; q < 4u; q++)
        results[q] = channel + q < result_c ? results[q] : 0.0;
    if (channel < result_channels())
        result_rows[(result_place(gl_WorkGroupID.z, row, column) + channel) / 4u] = uvec2(
            rounded_pair(results.x, results.y), rounded_pair(results.z, results.w));
}
