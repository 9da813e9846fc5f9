// Factors of 16 bits, as mixed precision multiplies them.

// A number beyond the range of Float16 made infinite, as rounding to nearest does: some devices round towards zero, to 65504,
// and nobody would learn that the range was left.
float in_float16_range(float value) {
    return abs(value) < 65520.0 ? value : value * uintBitsToFloat(0x7F800000u);
}

// The nearest number that Float16 has: of 11 significant bits, ties to even; below its smallest normal number, a multiple of
// 2^-24.
float rounded_to_float16(float value) {
    uint bits = floatBitsToUint(value);
    float normal = uintBitsToFloat((bits + 0xFFFu + (bits >> 13u & 1u)) & 0xFFFFE000u);
    precise float shifted = value + 0.75; // whose last bit is 2^-24
    precise float subnormal = shifted - 0.75;
    float rounded = abs(value) < 6.103515625e-5 ? subnormal : normal;
    return abs(value) < 65520.0 ? rounded : in_float16_range(value);
}
