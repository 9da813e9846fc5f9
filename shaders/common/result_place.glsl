// Where the packed rows of a result lie (see common/row_results.glsl): the place of a pixel's first channel, counted in channels. The
// including file declares the push constants result_rows_h, result_rows_w (rows of an image, and channels of each), result_w (pixels of a
// row), result_gap and result_margin (places between rows; rows of the line before the first pixel, and as many places).
uint result_place(uint image, uint row, uint column) {
    uint width = result_w + result_gap;
    uint place = result_margin * (width + 1u) + row * width + column;
    return (image * result_rows_h + place) * result_rows_w;
}
