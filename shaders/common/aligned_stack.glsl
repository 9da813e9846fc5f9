// For long kernels on processors. LLVM aligns the stack to whole vectors only if a variable that is on it anyway asks for that, such
// as an array with an index that it does not know. Otherwise vectors that found no register cross lines of the cache, and some of
// them pages, each time they are stored and loaded. Returns `number`, by way of such an array.
uint by_aligned_stack(uint number) {
    uint on_stack[2] = uint[2](number, number);
    on_stack[gl_LocalInvocationID.x % 2u] = number;
    return on_stack[0];
}
