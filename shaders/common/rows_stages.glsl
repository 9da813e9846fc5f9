// The stages of shared memory through which the factors of convolutions on matrix units pass, a part of the depth at a time (see
// common/rows_convolution_matrix.glsl and common/rows_weight_matrix.glsl). In each turn a part goes from registers to shared memory, the
// next one sets out for the registers, and a part is multiplied. With one stage that is the part of this turn: a barrier stands before it
// is written over the one before, and another before it is read. With two it is the part of the turn before, from the other stage; then
// the barrier at the beginning of a turn does for both, and writing does not wait for whoever still multiplies. More stages would
// change nothing: loads have one turn to arrive, whatever their number; deeper parts are what gives them longer.
// The including file declares TILE_STAGES.
uint turns_of(uint parts) {
    return parts + TILE_STAGES - 1u;
}

bool shares_part(uint turn, uint parts) {
    return TILE_STAGES == 1u || turn < parts;
}

bool multiplies_part(uint turn) {
    return TILE_STAGES == 1u || turn + 1u >= TILE_STAGES;
}

uint stage_shared(uint turn) {
    return turn % TILE_STAGES;
}

uint stage_multiplied(uint turn) {
    return (turn + 1u) % TILE_STAGES;
}
