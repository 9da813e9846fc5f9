// How 128 invocations share the elements of a tile that lie in memory along the depth, DEPTH_LANES of them in a row: an
// invocation keeps to one depth and takes every LINE_STEP-th row (of a) or column (of b), so that neighbours read neighbours.
// Invocations that are left over repeat what others do.
const uint LINE_STEP = 128u / DEPTH_LANES;

uint depth_lane() {
    return gl_LocalInvocationID.x % DEPTH_LANES;
}

// The load-th row or column of an invocation, of `lines` in the tile.
uint line_of(uint load, uint lines) {
    uint line = load * LINE_STEP + min(gl_LocalInvocationID.x / DEPTH_LANES, LINE_STEP - 1u);
    return (load + 1u) * LINE_STEP <= lines ? line : min(line, lines - 1u);
}
