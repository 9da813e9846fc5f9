// The sums of Winograd's F(2x2,3x3) for processors (common/winograd_lanes.glsl): one element of the products of TILE_K channels
// written with TILES_EACH tiles of each lane, over all channels read. Two of these are gathered at a time, one turn before they are
// multiplied: weights are seldom in the first cache, and no processor looks ahead as far as a turn is long. The including file
// includes winograd_tiles.glsl.
#include "common/winograd_lanes_packing.glsl"

const uint TILE_K = 32u;
const uint SUMS = TILES_EACH * TILE_K;
const uint WEIGHT_GATHERS = TILE_K / SUBGROUP_SIZE;

void gather_factors(
    WeightPairs weights, Tiles own, uint weight, uint pairs, uint place, out uint64_t gathered[WEIGHT_GATHERS],
    out uint64_t value[TILES_EACH]) {
    [[unroll]] for (uint g = 0u; g < WEIGHT_GATHERS; g++) {
        uint k = g * SUBGROUP_SIZE;
        gathered[g] = weights.pairs[weight + place_of_weights(k / PACKED_CHANNELS, 0u, pairs) + k % PACKED_CHANNELS];
    }
    [[unroll]] for (uint t = 0u; t < TILES_EACH; t++)
        value[t] = own.tiles[place + t * SUBGROUP_SIZE];
}

// `place` is where the element of the lane's first tile lies for the first two channels; `channel` is the first that is written.
void sum_products(WeightPairs weights, Tiles own, uint place, uint channel, uint element, uint pairs, out float sum[SUMS]) {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint weight = place_of_weights(channel / PACKED_CHANNELS, element, pairs) + lane;
    [[unroll]] for (uint s = 0u; s < SUMS; s++)
        sum[s] = 0.0;
    uint64_t next_value[TILES_EACH];
    uint64_t next_gathered[WEIGHT_GATHERS];
    gather_factors(weights, own, weight, pairs, place, next_gathered, next_value);
    for (uint pair = 0u; pair < pairs; pair++) {
        vec2 value[TILES_EACH];
        [[unroll]] for (uint t = 0u; t < TILES_EACH; t++)
            value[t] = both(next_value[t]);
        vec2 gathered[WEIGHT_GATHERS];
        [[unroll]] for (uint g = 0u; g < WEIGHT_GATHERS; g++)
            gathered[g] = both(next_gathered[g]);
        bool is_last = pair + 1u == pairs;
        place += is_last ? 0u : TILES_EACH * SUBGROUP_SIZE;
        weight += is_last ? 0u : PACKED_CHANNELS;
        gather_factors(weights, own, weight, pairs, place, next_gathered, next_value);
        [[unroll]] for (uint k = 0u; k < TILE_K; k++) {
            vec2 factor = subgroupBroadcast(gathered[k / SUBGROUP_SIZE], k % SUBGROUP_SIZE);
            [[unroll]] for (uint t = 0u; t < TILES_EACH; t++) {
                uint s = k * TILES_EACH + t;
                sum[s] = fma(factor.x, value[t].x, sum[s]);
                sum[s] = fma(factor.y, value[t].y, sum[s]);
            }
        }
    }
}
