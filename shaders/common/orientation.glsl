// One of the eight flips and quarter turns of a square tile: bit 0 flips the columns, bit 1 flips the rows, and then
// bit 2 exchanges rows and columns. Gives the place in the source from which (row, column) is read.
ivec2 oriented(ivec2 place, int size, uint orientation) {
    if ((orientation & 4u) != 0u)
        place = place.yx;
    if ((orientation & 2u) != 0u)
        place.x = size - 1 - place.x;
    if ((orientation & 1u) != 0u)
        place.y = size - 1 - place.y;
    return place;
}
