// For products on processors. Where lavapipe (Mesa 25) is sure that an address is the same for all invocations of a workgroup, and
// outside of loops and conditions, a load from there is one number, which a multiplication reads straight from memory; otherwise it
// is a gather, or one load after the other. It is sure of constants and of push constants, whatever their index in an array, which
// Vulkan wants uniform, and of what is computed of these; of gl_WorkGroupID it is not. So a number of up to 16 bits is made of digits
// that are looked up in push constants. The including file declares the member `uint numbers[16]`, which holds 0 to 15.

// Returns `number`, which has to be the same for all invocations of a workgroup.
uint uniform_number(uint number) {
    return numbers[number & 15u] | numbers[(number >> 4u) & 15u] << 4u | numbers[(number >> 8u) & 15u] << 8u
        | numbers[number >> 12u] << 12u;
}
