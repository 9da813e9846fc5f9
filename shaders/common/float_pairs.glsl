// Two neighbouring numbers read or written as one of 64 bits: on lavapipe a gather or scatter of these costs no more than one of
// single numbers, while a vec2 is two.
vec2 both(uint64_t pair) { return uintBitsToFloat(unpackUint2x32(pair)); }

uint64_t together(vec2 pair) { return packUint2x32(floatBitsToUint(pair)); }
