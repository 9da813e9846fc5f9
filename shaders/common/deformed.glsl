// The place from which a pixel of a deformed tile comes, counted from the tile's top left as it would lie undeformed:
// the pixel's offset from the tile's centre is transformed, then displaced.
//
// The including file declares transform[], displacement[], and in its push constants tile, vectors, vectors_per_pixel.
// entry, row, first and last are the same in the whole workgroup, column lies in first .. last: so the displacements, of
// which the workgroup needs few, are read once for all its invocations, column by column of the grid. A column that is
// none of an invocation's own four has weight 0.
vec2 deformed(uint entry, uint row, uint column, uint first, uint last) {
    float y = float(row) * vectors_per_pixel;
    float x = float(column) * vectors_per_pixel;
    int top = int(floor(y)) - 1;
    int left = int(floor(float(first) * vectors_per_pixel)) - 1;
    int right = int(floor(float(last) * vectors_per_pixel)) + 2;
    int border = int(vectors) - 1;
    uint plane = vectors * vectors;
    float row_weight[4];
    for (int j = 0; j < 4; j++)
        row_weight[j] = keys(y - float(top + j));
    vec2 shift = vec2(0.0);
    for (int k = left; k <= right; k++) {
        vec2 vector = vec2(0.0);
        for (int j = 0; j < 4; j++) {
            uint place = entry * 2u * plane + uint(clamp(top + j, 0, border)) * vectors + uint(clamp(k, 0, border));
            vector += row_weight[j] * vec2(displacement[place], displacement[place + plane]);
        }
        shift += keys(x - float(k)) * vector;
    }

    float centre = 0.5 * float(tile - 1u);
    vec2 offset = vec2(row, column) - centre;
    uint m = entry * 4u;
    vec2 turned = vec2(
        transform[m] * offset.x + transform[m + 1u] * offset.y,
        transform[m + 2u] * offset.x + transform[m + 3u] * offset.y);
    return centre + turned + shift;
}
