// Winograd's F(4x4,3x3): 4x4 outputs of a 3x3 convolution from 6x6 inputs with 36 multiplications instead of 144, otherwise as
// common/winograd.glsl says (Lavin and Gray 2015, arXiv:1509.09308). One dimension, F(4,3), is the multiplication of polynomials by
// their values at six points (Toom and Cook). Which points decides how large the numbers in between grow, and so how they round
// (Barabasz et al. 2018, arXiv:1803.10986). These are 0, +-NEAR, +-FAR and infinity; the pixels' and the results' coefficients are
// exact in binary. The largest error found was about a quarter of that with the usual 0, +-1, +-2.
// Elements of products lie as [column of the tile][row of the tile].
const float NEAR = 0.75;
const float FAR = 1.5;
const float NEAR_SQUARE = NEAR * NEAR;
const float FAR_SQUARE = FAR * FAR;
const float NEAR_FACTOR = 1.0 / (2.0 * NEAR_SQUARE * (NEAR_SQUARE - FAR_SQUARE)); // of kernels
const float FAR_FACTOR = 1.0 / (2.0 * FAR_SQUARE * (FAR_SQUARE - NEAR_SQUARE));

float[6] winograd_f43_input(float d[6]) {
    float near_even = fma(-FAR_SQUARE, d[2], d[4]);
    float near_odd = NEAR * fma(-FAR_SQUARE, d[1], d[3]);
    float far_even = fma(-NEAR_SQUARE, d[2], d[4]);
    float far_odd = FAR * fma(-NEAR_SQUARE, d[1], d[3]);
    return float[6](
        fma(NEAR_SQUARE * FAR_SQUARE, d[0], fma(-(NEAR_SQUARE + FAR_SQUARE), d[2], d[4])), near_even + near_odd, near_even - near_odd,
        far_even + far_odd, far_even - far_odd, fma(NEAR_SQUARE * FAR_SQUARE, d[1], fma(-(NEAR_SQUARE + FAR_SQUARE), d[3], d[5])));
}

float[6] winograd_f43_weight(float g[3]) {
    float near_even = NEAR_FACTOR * fma(NEAR_SQUARE, g[2], g[0]);
    float near_odd = NEAR_FACTOR * NEAR * g[1];
    float far_even = FAR_FACTOR * fma(FAR_SQUARE, g[2], g[0]);
    float far_odd = FAR_FACTOR * FAR * g[1];
    return float[6](
        g[0] / (NEAR_SQUARE * FAR_SQUARE), near_even + near_odd, near_even - near_odd, far_even + far_odd, far_even - far_odd, g[2]);
}

float[4] winograd_f43_output(float m[6]) {
    float near_even = m[1] + m[2];
    float near_odd = m[1] - m[2];
    float far_even = m[3] + m[4];
    float far_odd = m[3] - m[4];
    return float[4](
        m[0] + near_even + far_even, fma(NEAR, near_odd, FAR * far_odd), fma(NEAR_SQUARE, near_even, FAR_SQUARE * far_even),
        fma(NEAR_SQUARE * NEAR, near_odd, fma(FAR_SQUARE * FAR, far_odd, m[5])));
}

// The adjoints of the results' transform and of the kernel's, for the gradient to the weight: see common/winograd.glsl.
float[6] winograd_f43_output_gradient(float y[4]) {
    float near_even = fma(NEAR_SQUARE, y[2], y[0]);
    float near_odd = NEAR * fma(NEAR_SQUARE, y[3], y[1]);
    float far_even = fma(FAR_SQUARE, y[2], y[0]);
    float far_odd = FAR * fma(FAR_SQUARE, y[3], y[1]);
    return float[6](y[0], near_even + near_odd, near_even - near_odd, far_even + far_odd, far_even - far_odd, y[3]);
}

float[3] winograd_f43_weight_gradient(float u[6]) {
    float near_even = NEAR_FACTOR * (u[1] + u[2]);
    float near_odd = NEAR_FACTOR * NEAR * (u[1] - u[2]);
    float far_even = FAR_FACTOR * (u[3] + u[4]);
    float far_odd = FAR_FACTOR * FAR * (u[3] - u[4]);
    return float[3](
        u[0] / (NEAR_SQUARE * FAR_SQUARE) + near_even + far_even, near_odd + far_odd,
        fma(NEAR_SQUARE, near_even, fma(FAR_SQUARE, far_even, u[5])));
}

// The elements of a tile, of its rows.
float[36] winograd_f43_input(float rows[6][6]) {
    [[unroll]] for (uint r = 0u; r < 6u; r++)
        rows[r] = winograd_f43_input(rows[r]);
    float elements[36];
    [[unroll]] for (uint c = 0u; c < 6u; c++) {
        float column[6] = winograd_f43_input(float[6](rows[0][c], rows[1][c], rows[2][c], rows[3][c], rows[4][c], rows[5][c]));
        [[unroll]] for (uint r = 0u; r < 6u; r++)
            elements[c * 6u + r] = column[r];
    }
    return elements;
}

// The elements of a kernel, of its taps row by row.
float[36] winograd_f43_weight(float g[9]) {
    float rows[3][6];
    [[unroll]] for (uint r = 0u; r < 3u; r++)
        rows[r] = winograd_f43_weight(float[3](g[3u * r], g[3u * r + 1u], g[3u * r + 2u]));
    float elements[36];
    [[unroll]] for (uint c = 0u; c < 6u; c++) {
        float column[6] = winograd_f43_weight(float[3](rows[0][c], rows[1][c], rows[2][c]));
        [[unroll]] for (uint r = 0u; r < 6u; r++)
            elements[c * 6u + r] = column[r];
    }
    return elements;
}

// The rows of results, of the elements of their products.
float[4][4] winograd_f43_output(float elements[36]) {
    float columns[6][4];
    [[unroll]] for (uint c = 0u; c < 6u; c++) {
        uint i = c * 6u;
        columns[c] = winograd_f43_output(
            float[6](elements[i], elements[i + 1u], elements[i + 2u], elements[i + 3u], elements[i + 4u], elements[i + 5u]));
    }
    float rows[4][4];
    [[unroll]] for (uint r = 0u; r < 4u; r++)
        rows[r] = winograd_f43_output(float[6](columns[0][r], columns[1][r], columns[2][r], columns[3][r], columns[4][r], columns[5][r]));
    return rows;
}

// The elements of results' gradients, of their rows.
float[36] winograd_f43_output_gradient(float rows[4][4]) {
    float along[4][6];
    [[unroll]] for (uint r = 0u; r < 4u; r++)
        along[r] = winograd_f43_output_gradient(rows[r]);
    float elements[36];
    [[unroll]] for (uint c = 0u; c < 6u; c++) {
        float column[6] = winograd_f43_output_gradient(float[4](along[0][c], along[1][c], along[2][c], along[3][c]));
        [[unroll]] for (uint r = 0u; r < 6u; r++)
            elements[c * 6u + r] = column[r];
    }
    return elements;
}

// The gradient of a kernel's taps row by row, of the elements of products of tiles and gradients.
float[9] winograd_f43_weight_gradient(float elements[36]) {
    float columns[6][3];
    [[unroll]] for (uint c = 0u; c < 6u; c++) {
        uint i = c * 6u;
        columns[c] = winograd_f43_weight_gradient(
            float[6](elements[i], elements[i + 1u], elements[i + 2u], elements[i + 3u], elements[i + 4u], elements[i + 5u]));
    }
    float taps[9];
    [[unroll]] for (uint r = 0u; r < 3u; r++) {
        float row[3] = winograd_f43_weight_gradient(
            float[6](columns[0][r], columns[1][r], columns[2][r], columns[3][r], columns[4][r], columns[5][r]));
        [[unroll]] for (uint s = 0u; s < 3u; s++)
            taps[r * 3u + s] = row[s];
    }
    return taps;
}
