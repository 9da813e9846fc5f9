// Packed weights (see common/rows_weight_packing.glsl) whose rows hold the channels of the source in the order in which the weights lie.
const uint SOURCES = 64u;

uint row_eights() {
    return (source_channels() + 15u) / 16u * 2u;
}

uint eight_of(uint eight) {
    return gl_WorkGroupID.x * (SOURCES / 8u) + eight;
}

uint source_of(uint eight, uint j) {
    return eight * 8u + j;
}
