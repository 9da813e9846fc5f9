// A sum of which only the middle was written, the crop of a concatenation; around it, it counts as 0. The including file declares
// CROP_HEIGHT and CROP_WIDTH (both 0 where all was written) and the push constants sum_h and sum_w.
const bool IS_CROPPED = CROP_HEIGHT != 0u;

// Of the 2x2 window with these rows and columns.
bool was_window_written(uint p, uint q) {
    uint top = (sum_h - CROP_HEIGHT) / 2u;
    uint left = (sum_w - CROP_WIDTH) / 2u;
    return !IS_CROPPED || 2u * p >= top && 2u * p + 1u < top + CROP_HEIGHT && 2u * q >= left && 2u * q + 1u < left + CROP_WIDTH;
}

bool was_written(uint row, uint column) {
    // Before the first row or column the difference wraps, which the comparison catches.
    return !IS_CROPPED || row - (sum_h - CROP_HEIGHT) / 2u < CROP_HEIGHT && column - (sum_w - CROP_WIDTH) / 2u < CROP_WIDTH;
}
