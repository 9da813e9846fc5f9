// Sums of outer products for processors with subgroups of 8 or 16, common/conv2d_lanes.glsl says what things cost there:
// sum[s][v] += Σ_d scalar[d][s] · vector[d][v], for DEPTH products at a time. Numbers of `vector` differ from lane to lane; scalars are
// gathered for all lanes, and each is broadcast once for VECTORS products.
//
// A gather costs as much as some 25 products, so that sums are many more than find a register: SCALARS * VECTORS. SCALARS_AT_ONCE of
// the scalars at a time take all DEPTH products before their sums make room for the next.
//
// The including file declares SUBGROUP_SIZE, SCALARS, VECTORS, DEPTH, SCALARS_AT_ONCE and SCALAR_GATHERS, and says where scalar[d][s] is:
// in which load, counted from lane to lane and from gather to gather, and which number of the two that a load brings.
const uint SUMS = SCALARS * VECTORS;
const uint FACTORS = DEPTH * VECTORS;

uint load_of(uint scalar, uint depth);
uint number_of(uint scalar, uint depth);

void add_outer_products(inout float sum[SUMS], vec2 gathered[SCALAR_GATHERS], float vector[FACTORS]) {
    [[unroll]] for (uint first = 0u; first < SCALARS; first += SCALARS_AT_ONCE) {
        [[unroll]] for (uint d = 0u; d < DEPTH; d++) {
            [[unroll]] for (uint i = 0u; i < SCALARS_AT_ONCE; i++) {
                uint s = min(first + i, SCALARS - 1u);
                uint load = load_of(s, d);
                float scalar = subgroupBroadcast(gathered[load / SUBGROUP_SIZE][number_of(s, d)], load % SUBGROUP_SIZE);
                if (first + i < SCALARS)
                    [[unroll]] for (uint v = 0u; v < VECTORS; v++)
                        sum[s * VECTORS + v] = fma(scalar, vector[d * VECTORS + v], sum[s * VECTORS + v]);
            }
        }
    }
}
