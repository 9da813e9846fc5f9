// The elements of a transformed tile or kernel of Winograd's F(2x2,3x3) as an array, in the order of common/winograd.glsl.
const uint ELEMENTS = 16u;

float[ELEMENTS] winograd_elements(mat4 transformed) {
    float elements[ELEMENTS];
    [[unroll]] for (uint i = 0u; i < ELEMENTS; i++)
        elements[i] = transformed[i / 4u][i % 4u];
    return elements;
}
