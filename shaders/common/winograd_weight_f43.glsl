// Winograd's F(4x4,3x3) for common/winograd_weight_lanes.glsl.
#include "common/winograd_f43.glsl"

const uint RESULTS = 4u; // rows and columns of a tile's
#include "common/winograd_weight_lanes.glsl"

float[ELEMENTS] transformed_pixels(float rows[ALONG][ALONG]) { return winograd_f43_input(rows); }

float[ELEMENTS] transformed_gradients(float rows[RESULTS][RESULTS]) { return winograd_f43_output_gradient(rows); }

float[9] weight_gradient(float elements[ELEMENTS]) { return winograd_f43_weight_gradient(elements); }
