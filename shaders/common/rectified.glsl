#ifndef RECTIFIED
#define RECTIFIED
// max(x, 0), and NaN where x is NaN: of the maximum of that and a number SPIR-V leaves open which it is, and drivers give 0, so that the
// next layers would go on with numbers as if nothing had happened. What counts as 0 is -0 to -infinity, neighbours as integers.
float rectified(float x) {
    return floatBitsToUint(x) - 0x80000000u <= 0x7F800000u ? 0.0 : x;
}

vec2 rectified(vec2 pair) {
    return vec2(rectified(pair.x), rectified(pair.y));
}

vec4 rectified(vec4 four) {
    return vec4(rectified(four.xy), rectified(four.zw));
}
#endif
