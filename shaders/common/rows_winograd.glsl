// Winograd's F(2,3) for convolutions from packed rows: two neighbouring results of a row of three taps by four products instead of six.
// With pixels d0 to d3 and taps g0 to g2 (Winograd, "Arithmetic complexity of computations"; Lavin and Gray 2015, section 4.1):
//   m0 = (d0 - d2) g0                      y0 = d0 g0 + d1 g1 + d2 g2 = m0 + m1 + m2
//   m1 = (d1 + d2) (g0 + g1 + g2) / 2      y1 = d1 g0 + d2 g1 + d3 g2 = m1 - m2 - m3
//   m2 = (d2 - d1) (g0 - g1 + g2) / 2
//   m3 = (d1 - d3) g2
// The m are sums over all rows of taps and channels, in Float32. What is multiplied are sums in Float16 of numbers that were rounded to it
// already, so that each is rounded once or twice more. No result depends on a pixel beyond its taps, be that infinite or not a number.
// All three of y, d and g being linear in one another, the gradient to the taps is made of the same pieces: with a0 and a1 the gradients of
// y0 and y1, now summed over places,
//   m0 = a0 (d0 - d2)                      g0 = a0 d0 + a1 d1 = m0 + (m1 + m2) / 2
//   m1 = (a0 + a1) (d1 + d2)               g1 = a0 d1 + a1 d2 = (m1 - m2) / 2
//   m2 = (a0 - a1) (d2 - d1)               g2 = a0 d2 + a1 d3 = (m1 + m2) / 2 + m3
//   m3 = a1 (d3 - d1)
// Sums of two numbers leave the range of Float16 from 32760 on, where the numbers themselves do from 65520 on.
// The including file declares FLOAT16_WINOGRAD: whether this is done.
const uint WINOGRAD_ELEMENTS = 4u;

const bool IN_PAIRS = FLOAT16_WINOGRAD == 1u;
const uint PLACES_EACH = IN_PAIRS ? 2u : 1u; // for a row or column of a matrix

// Where one of so many places is staged: in pairs, all even places come before all odd ones, so that those of a matrix are neighbours.
uint staged_row(uint place, uint places) {
    return IN_PAIRS ? place % 2u * (places / 2u) + place / 2u : place;
}

// Eight channels of the weights of three taps, two to a word, as factors of the four elements.
uvec4[WINOGRAD_ELEMENTS] transformed_weights(uvec4 taps[3]) {
    uvec4 transformed[WINOGRAD_ELEMENTS];
    transformed[0] = taps[0];
    transformed[3] = taps[2];
    [[unroll]] for (uint pair = 0u; pair < 4u; pair++) {
        f16vec2 outer = unpackFloat2x16(taps[0][pair]) + unpackFloat2x16(taps[2][pair]);
        f16vec2 middle = unpackFloat2x16(taps[1][pair]);
        transformed[1][pair] = packFloat2x16((outer + middle) * float16_t(0.5));
        transformed[2][pair] = packFloat2x16((outer - middle) * float16_t(0.5));
    }
    return transformed;
}
