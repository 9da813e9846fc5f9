// For kernels on processors. Of numbers that follow each other in memory, one for each lane, lavapipe makes a gather: a load for each lane,
// with AVX2 in a condition of its own. But if it is sure that the address of the first is the same for all invocations (uniform_number.glsl
// says of what), outside of loops, it loads each number once for all lanes. Which lane takes which is known when LLVM compiles that,
// and what it makes of it is one load of a vector.
//
// Numbers come four at a time, since lavapipe compares each load with all before, pass after pass.
//
// The including file declares SUBGROUP_SIZE and enables GL_KHR_shader_subgroup_basic.
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Consecutive { u64vec4 four[]; };

// Returns to lane i what lies i numbers of 64 bits from an address that is the same for all invocations.
uint64_t of_lane(uint64_t address) {
    Consecutive numbers = Consecutive(address);
    u64vec4 each[SUBGROUP_SIZE / 4u];
    [[unroll]] for (uint i = 0u; i < SUBGROUP_SIZE / 4u; i++)
        each[i] = numbers.four[i];
    uint64_t own = each[0].x;
    [[unroll]] for (uint i = 1u; i < SUBGROUP_SIZE; i++)
        own = gl_SubgroupInvocationID == i ? each[i / 4u][i % 4u] : own;
    return own;
}

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer ConsecutiveSingles { vec4 four[]; };

// The same for numbers of 32 bits, of which lane i gets number i + `move`, or what is nearest to it of as many as there are lanes.
float single_of_lane(uint64_t address, int move) {
    ConsecutiveSingles numbers = ConsecutiveSingles(address);
    vec4 each[SUBGROUP_SIZE / 4u];
    [[unroll]] for (uint i = 0u; i < SUBGROUP_SIZE / 4u; i++)
        each[i] = numbers.four[i];
    float own = 0.0;
    [[unroll]] for (uint i = 0u; i < SUBGROUP_SIZE; i++) {
        uint from = uint(clamp(int(i) + move, 0, int(SUBGROUP_SIZE) - 1));
        own = gl_SubgroupInvocationID == i ? each[from / 4u][from % 4u] : own;
    }
    return own;
}

float single_of_lane(uint64_t address) {
    return single_of_lane(address, 0);
}
