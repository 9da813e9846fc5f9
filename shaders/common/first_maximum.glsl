// The maximum of a 2x2 window and where it lies: the first of several in row-major order; NOWHERE if it is not positive and what lies
// below 0 counts as 0, whose derivative is 0. The including file declares RECTIFY.
#include "common/pool_place.glsl"
#include "common/rectified.glsl"

struct Maximum {
    float value;
    uint place;
};

Maximum first_maximum(vec2 upper, vec2 lower) {
    Maximum found = Maximum(upper.x, 0u);
    if (upper.y > found.value)
        found = Maximum(upper.y, 1u);
    if (lower.x > found.value)
        found = Maximum(lower.x, 2u);
    if (lower.y > found.value)
        found = Maximum(lower.y, 3u);
    if (RECTIFY != 0u && !(found.value > 0.0))
        found = Maximum(RECTIFY == 1u ? rectified(found.value) : found.value, NOWHERE);
    return found;
}
