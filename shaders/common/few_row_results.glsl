// Results of common/few_channels.glsl that are stored as packed rows (see common/result_rows.glsl). The including file declares the buffer
// result_rows (eight channels a uvec4) and what common/result_rows.glsl asks for, and defines target_width().
const uint CHANNELS_OF_STORE = 8u;
const uint GROUP = 8u;

void clear_result(uint at) {
    result_rows[at] = uvec4(0u);
}

#include "common/result_rows.glsl"

uint stored_channels() {
    return result_channels();
}

uint stored_at(uint pixel) {
    return result_place(gl_WorkGroupID.z, pixel / target_width(), pixel % target_width());
}

void store_group(uint target, uint at, float results[GROUP]) {
    [[unroll]] for (uint k = 0u; k < GROUP; k++)
        results[k] = target + k < result_c ? results[k] : 0.0;
    result_rows[(at + target) / 8u] = uvec4(
        rounded_pair(results[0], results[1]), rounded_pair(results[2], results[3]),
        rounded_pair(results[4], results[5]), rounded_pair(results[6], results[7]));
}
