// Winograd's F(2x2,3x3) for common/winograd_weight_lanes.glsl, with matrices of common/winograd.glsl as arrays.
#include "common/winograd.glsl"

const uint RESULTS = 2u; // rows and columns of a tile's
#include "common/winograd_weight_lanes.glsl"

float[ELEMENTS] elements_of(mat4 tile) {
    float elements[ELEMENTS];
    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++)
        elements[element] = tile[element / ALONG][element % ALONG];
    return elements;
}

float[ELEMENTS] transformed_pixels(float rows[ALONG][ALONG]) {
    mat4 tile;
    [[unroll]] for (uint r = 0u; r < ALONG; r++)
        tile[r] = vec4(rows[r][0], rows[r][1], rows[r][2], rows[r][3]);
    return elements_of(winograd_input(tile));
}

float[ELEMENTS] transformed_gradients(float rows[RESULTS][RESULTS]) {
    return elements_of(winograd_output_gradient(mat2(rows[0][0], rows[0][1], rows[1][0], rows[1][1])));
}

float[9] weight_gradient(float elements[ELEMENTS]) {
    mat4 sums;
    [[unroll]] for (uint element = 0u; element < ELEMENTS; element++)
        sums[element / ALONG][element % ALONG] = elements[element];
    mat3 gradient = winograd_weight_gradient(sums);
    float taps[9];
    [[unroll]] for (uint t = 0u; t < 9u; t++)
        taps[t] = gradient[t / 3u][t % 3u];
    return taps;
}
