// Mirrors a coordinate into 0 .. size-1 without repeating the edge: ... 2 1 0 1 2 ... size-2 size-1 size-2 ...
int mirrored(int coordinate, int size) {
    if (size == 1)
        return 0;
    int period = 2 * (size - 1);
    int folded = abs(coordinate) % period;
    return min(folded, period - folded);
}
