// Results that are stored as packed rows of Float16 (see common/rows_packing.glsl), where and as the op that reads them would pack them, so
// that neighbouring invocations have neighbouring channels. What is no pixel there is cleared by result_rows/clear_margins; channels behind
// the last one are stored with the others, and have to be 0.
// The including file declares the buffer result_rows (four channels a uvec2) and what common/result_place.glsl asks for.
#include "common/float16_pairs.glsl"
#include "common/result_place.glsl"

const bool NEIGHBOURS_ARE_CHANNELS = true;

void store_four(uint channel, uint row, uint column, vec4 results) {
    if (channel < result_rows_w)
        result_rows[(result_place(gl_WorkGroupID.z, row, column) + channel) / 4u] = uvec2(
            rounded_pair(results.x, results.y), rounded_pair(results.z, results.w));
}
