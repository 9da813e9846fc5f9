// Mirrors a coordinate into 0 .. size-1 without repeating the edge: ... 2 1 0 1 2 ... size-2 size-1 size-2 ...
int mirrored(int coordinate, int size) {
    if (size == 1)
        return 0;
    int period = 2 * (size - 1);
    int folded = abs(coordinate) % period;
    return min(folded, period - folded);
}

// The same for a few coordinates in a row at the price of one division: those at 0 .. 3 from one of this phase are
// mirrored(coordinate + i, size) = unfolded(phase(coordinate, size) + i, size).
int phase(int coordinate, int size) {
    int period = max(2 * (size - 1), 1);
    int steps = abs(coordinate) % period;
    return coordinate < 0 && steps > 0 ? period - steps : steps;
}

int unfolded(int steps, int size) {
    int period = 2 * (size - 1);
    steps = steps > period ? steps - period : steps;
    return max(min(steps, period - steps), 0);
}
