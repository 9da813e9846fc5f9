#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_ballot : require
// Gradient of a 1x1 convolution to few channels to its input, for processors with subgroups of 8 or 16 and planes of an even
// number of pixels: d_x[n,c,h,w] = sum over k of weight[k,c] * d_y[n,k,h,w]. One invocation computes all input channels of two
// neighbouring pixels; weights come as in conv2d/forward_pixel_pairs.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint OUT_CHANNELS = 2u;
layout(constant_id = 1) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 2) const uint SUBGROUP_SIZE = 8u;

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pixels { uint64_t pixels[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Weights { float weights[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) writeonly buffer Result { uint64_t result[]; };
layout(push_constant, std430) uniform Push {
    Weights weight;
    Pixels d_y;
    Result d_x;
    Pixels x;
    uint x_c;
    uint x_h;
    uint x_w;
};

#include "common/float_pairs.glsl"

void main() {
    uint lane = gl_LocalInvocationID.x % SUBGROUP_SIZE;
    uint pairs = x_h * x_w / 2u;
    uint n = gl_WorkGroupID.y;
    uint i = gl_GlobalInvocationID.x;
    uint i_inside = min(i, pairs - 1u); // all lanes stay, for the weights that they bring

    vec2 gradient[OUT_CHANNELS];
    [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
        gradient[k] = both(d_y.pixels[(n * OUT_CHANNELS + k) * pairs + i_inside]);
    for (uint c0 = 0u; c0 < x_c; c0 += SUBGROUP_SIZE) {
        float brought[OUT_CHANNELS];
        [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
            brought[k] = weight.weights[k * x_c + min(c0 + lane, x_c - 1u)];
        [[unroll]] for (uint j = 0u; j < SUBGROUP_SIZE; j++) {
            vec2 sum = vec2(0.0);
            [[unroll]] for (uint k = 0u; k < OUT_CHANNELS; k++)
                sum = fma(vec2(subgroupBroadcast(brought[k], j)), gradient[k], sum);
            if (c0 + j < x_c && i < pairs) {
                uint at = (n * x_c + c0 + j) * pairs + i;
                if (RECTIFY != 0u)
                    sum = mix(vec2(0.0), sum, greaterThan(both(x.pixels[at]), vec2(0.0)));
                d_x.result[at] = together(sum);
            }
        }
    }
}
