// Where the maximum of a 2x2 window of a pool lies: 0 to 3, its corners in row-major order, or NOWHERE, which no gradient reaches.
// Eight windows, one below the other, share a word, the uppermost in its lowest bits.
const uint NOWHERE = 4u;
const uint WINDOWS = 8u;

uint place_in(uint word, uint window) {
    return word >> (window % WINDOWS * 4u) & 15u;
}

uint word_of(uint place, uint window) {
    return place << (window % WINDOWS * 4u);
}
