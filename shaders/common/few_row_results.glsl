// Results of common/few_channels.glsl that are stored as packed rows of Float16, where and as the op that reads them would pack them (see
// common/row_results.glsl). The including file declares the buffer result_rows (eight channels a uvec4) and what common/result_place.glsl
// asks for, and defines target_width().
#include "common/float16_pairs.glsl"
#include "common/result_place.glsl"

const uint GROUP = 8u;

uint stored_channels() {
    return result_rows_w;
}

uint stored_at(uint pixel) {
    return result_place(gl_WorkGroupID.z, pixel / target_width(), pixel % target_width());
}

void store_group(uint target, uint at, float results[GROUP]) {
    result_rows[(at + target) / 8u] = uvec4(
        rounded_pair(results[0], results[1]), rounded_pair(results[2], results[3]),
        rounded_pair(results[4], results[5]), rounded_pair(results[6], results[7]));
}
