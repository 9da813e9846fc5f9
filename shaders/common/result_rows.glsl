// Packed rows of Float16 as which a kernel stores its result (see common/rows_packing.glsl): where and as the op that reads them would pack
// them. RESULT_WINDOW rows and columns of pixels share a place, one after the other, each with its channels filled up.
// What is no pixel there, the places before the first one, between the rows of pixels and behind the last, is 0.
// The including file declares RESULT_WINDOW, the buffer result_rows and the push constants result_rows_h, result_rows_w (rows of an image,
// and channels of each), result_c, result_h, result_w (channels of the result, pixels of a column and of a row), result_gap, result_margin
// (places between rows; rows of the line before the first pixel, and as many places) and result_first_channel (channels of other results
// before those of this one), and defines CHANNELS_OF_STORE (channels of an element of result_rows) and clear_result(at), which sets such an
// element to 0.
#include "common/float16_pairs.glsl"
#include "common/row_channels.glsl"

// Channels that are stored of a pixel, those behind the last one with 0.
uint result_channels() {
    return filled_channels(result_c);
}

uint result_line_width() {
    return result_w / RESULT_WINDOW + result_gap;
}

// The place of a pixel's first channel, counted in channels.
uint result_place(uint image, uint row, uint column) {
    uint place = result_margin * (result_line_width() + 1u) + row / RESULT_WINDOW * result_line_width() + column / RESULT_WINDOW;
    uint corner = row % RESULT_WINDOW * RESULT_WINDOW + column % RESULT_WINDOW;
    return (image * result_rows_h + place) * result_rows_w + result_first_channel + corner * result_channels();
}

uint place_without_pixel(uint number) {
    uint before = result_margin * (result_line_width() + 1u);
    uint rows = result_h / RESULT_WINDOW;
    if (number < before)
        return number;
    uint behind = number - before;
    return behind < rows * result_gap
        ? before + behind / result_gap * result_line_width() + result_w / RESULT_WINDOW + behind % result_gap
        : before + rows * result_line_width() + (behind - rows * result_gap);
}

// Clears the share of a workgroup, of all that compute an image, in the places of that image that are no pixel.
void clear_margins(uint image, uint workgroup, uint workgroups) {
    uint stores = RESULT_WINDOW * RESULT_WINDOW * result_channels() / CHANNELS_OF_STORE;
    uint count = (result_rows_h - (result_h / RESULT_WINDOW) * (result_w / RESULT_WINDOW)) * stores;
    uint invocations = gl_WorkGroupSize.x * gl_WorkGroupSize.y;
    for (uint i = workgroup * invocations + gl_LocalInvocationIndex; i < count; i += workgroups * invocations) {
        uint place = image * result_rows_h + place_without_pixel(i / stores);
        clear_result((place * result_rows_w + result_first_channel) / CHANNELS_OF_STORE + i % stores);
    }
}
