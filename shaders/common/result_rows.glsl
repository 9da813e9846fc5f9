// Packed rows of Float16 as which a kernel stores its result (see common/rows_packing.glsl): where and as the op that reads them would pack
// them. What is no pixel there, the places before the first one, between the rows of pixels and behind the last, is 0.
// The including file declares the buffer result_rows and the push constants result_rows_h, result_rows_w (rows of an image, and channels of
// each), result_h, result_w (pixels of a column and of a row), result_gap and result_margin (places between rows; rows of the line before
// the first pixel, and as many places), and defines CHANNELS_OF_STORE (channels of an element of result_rows) and clear_result(at), which
// sets such an element to 0.
#include "common/float16_pairs.glsl"

uint result_line_width() {
    return result_w + result_gap;
}

// The place of a pixel's first channel, counted in channels.
uint result_place(uint image, uint row, uint column) {
    uint place = result_margin * (result_line_width() + 1u) + row * result_line_width() + column;
    return (image * result_rows_h + place) * result_rows_w;
}

uint place_without_pixel(uint number) {
    uint before = result_margin * (result_line_width() + 1u);
    uint between = result_h * result_gap;
    if (number < before)
        return number;
    uint behind = number - before;
    return behind < between
        ? before + behind / result_gap * result_line_width() + result_w + behind % result_gap
        : before + result_h * result_line_width() + (behind - between);
}

// Clears the share of a workgroup, of all that compute an image, in the places of that image that are no pixel.
void clear_margins(uint image, uint workgroup, uint workgroups) {
    uint stores = result_rows_w / CHANNELS_OF_STORE;
    uint count = (result_rows_h - result_h * result_w) * stores;
    uint invocations = gl_WorkGroupSize.x * gl_WorkGroupSize.y;
    for (uint i = workgroup * invocations + gl_LocalInvocationIndex; i < count; i += workgroups * invocations)
        clear_result((image * result_rows_h + place_without_pixel(i / stores)) * stores + i % stores);
}
