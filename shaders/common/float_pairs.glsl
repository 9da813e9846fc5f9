// Two neighbouring numbers read as one of 64 bits: a gather of these costs no more than one of single numbers. (Read as vec2,
// they would be two gathers.)
vec2 both(uint64_t pair) { return uintBitsToFloat(unpackUint2x32(pair)); }
