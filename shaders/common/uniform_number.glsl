// For products on processors. Where lavapipe (Mesa 25) is sure that an address is the same for all invocations of a workgroup, and
// outside of loops and conditions, a load from there is one number, which a multiplication reads straight from memory; otherwise it
// is a gather, or one load after the other. It is sure of constants and of push constants, whatever their index in an array, which
// Vulkan wants uniform, and of what is computed of these; of gl_WorkGroupID it is not. So a number of up to 16 bits is made of digits
// that are looked up in push constants. The including file declares the member `uint numbers[16]`, which holds 0 to 15.

// Returns `number`, which has to be the same for all invocations of a workgroup and has at most 4 * `digits` bits. Each digit is a gather.
uint uniform_number(uint number, uint digits) {
    uint whole = 0u;
    [[unroll]] for (uint i = 0u; i < digits; i++)
        whole |= numbers[(number >> (4u * i)) & 15u] << (4u * i);
    return whole;
}

uint uniform_number(uint number) {
    return uniform_number(number, 4u);
}

// 0, of which a compiler does not know that; with each index below 16 a new block of code begins: a load of a push constant is a
// condition in lavapipe's code, since it could lie beyond them.
uint unseen_zero(uint index) {
    return numbers[index] - index;
}
