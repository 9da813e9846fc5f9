// What convolutions on matrix units from packed rows have in common. Both factors are rounded to Float16 and packed as rows (see
// common/rows_packing.glsl and common/rows_weight_packing.glsl), sums are in Float32. On the line of an image a tap (r,s) is the row
// r * line_width() + s further on, and the rows of neighbouring places lie side by side; so for each r, the factors of all s and all
// channels are one stretch of memory that begins with the channels of a place, and a convolution is a plain product of matrices,
// [places] x [depth] times [depth] x [channels of the target], whose depth is KERNEL times KERNEL * row_channels() long.
// What is computed at places of a row of the line behind the target's pixels is dropped.
// The including file declares KERNEL, TILE_ROWS and TILE_COLUMNS and defines target_channels(), target_height(), target_width(),
// line_width(), first_place() (the place of the source that the first tap of the target's first pixel reads), row_count() and
// row_channels() (of the source's rows: how many an image has, and their channels), finished(channel, row, column, sums), which makes sums
// of four neighbouring channels, of which the first is a multiple of 4 and one of the target's, results, and store_four(channel, row,
// column, results), which stores them where the first is a channel of what is stored (see common/plane_results.glsl and
// common/row_results.glsl).
const uint NOWHERE = 0xFFFFFFFFu;

uint channel_tiles() {
    return (target_channels() + TILE_COLUMNS - 1u) / TILE_COLUMNS;
}

shared uint target_pixel[TILE_ROWS]; // row and column, 16 bits each, at each place of the workgroup's tile

uint workgroup_of_image() {
    return gl_WorkGroupID.y * channel_tiles() + gl_WorkGroupID.x;
}

uint workgroups_of_image() {
    return channel_tiles() * ((target_height() * line_width() + TILE_ROWS - 1u) / TILE_ROWS);
}

void find_target_pixels() {
    for (uint i = gl_LocalInvocationID.x; i < TILE_ROWS; i += gl_WorkGroupSize.x) {
        uint place = gl_WorkGroupID.y * TILE_ROWS + i;
        uint row = place / line_width();
        uint column = place % line_width();
        target_pixel[i] = row < target_height() && column < target_width() ? row << 16u | column : NOWHERE;
    }
    barrier();
}

// What becomes of the workgroup's sums for four channels at a place, if it is a pixel's. All reads that takes come before the first store:
// between stores they would wait for one another.
vec4 finished_sums(uint place, uint channel, vec4 sums) {
    uint pixel = target_pixel[place];
    channel += gl_WorkGroupID.x * TILE_COLUMNS;
    return pixel != NOWHERE && channel < target_channels() ? finished(channel, pixel >> 16u, pixel & 0xFFFFu, sums) : vec4(0.0);
}

void store_results(uint place, uint channel, vec4 results) {
    uint pixel = target_pixel[place];
    if (pixel != NOWHERE)
        store_four(channel + gl_WorkGroupID.x * TILE_COLUMNS, pixel >> 16u, pixel & 0xFFFFu, results);
}
