// The maximum of a 2x2 window and where it lies: the first of several in row-major order, or NaN if there is one; NOWHERE if it is not
// positive and what lies below 0 counts as 0, whose derivative is 0. The including file declares RECTIFY.
#include "common/pool_place.glsl"
#include "common/rectified.glsl"

struct Maximum {
    float value;
    uint place;
};

// Whether another element takes the place of the maximum so far: a greater one, or NaN, which stays then, since no number is greater.
// NaN is found by its bits: a compiler may take isnan for false.
bool gives_way(float found, float other) {
    return other > found || (floatBitsToUint(other) & 0x7FFFFFFFu) > 0x7F800000u;
}

Maximum first_maximum(vec2 upper, vec2 lower) {
    Maximum found = Maximum(upper.x, 0u);
    if (gives_way(found.value, upper.y))
        found = Maximum(upper.y, 1u);
    if (gives_way(found.value, lower.x))
        found = Maximum(lower.x, 2u);
    if (gives_way(found.value, lower.y))
        found = Maximum(lower.y, 3u);
    if (RECTIFY != 0u && !(found.value > 0.0))
        found = Maximum(RECTIFY == 1u ? rectified(found.value) : found.value, NOWHERE);
    return found;
}
