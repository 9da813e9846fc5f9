#version 460
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// y[i] = sum over CHAINS values that start at x[i] + chain and go `rounds` * STEPS times through v = v * factor + addend.
// Nothing but multiplications and additions in registers, in as many independent chains as keep a pipeline busy: the rate
// that other kernels are measured against. One invocation computes one element.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint CHAINS = 8u;
layout(constant_id = 1) const uint STEPS = 16u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
layout(push_constant, std430) uniform Push { uint y_length; uint rounds; float factor; float addend; };

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= y_length)
        return;
    float value[CHAINS];
    [[unroll]] for (uint chain = 0u; chain < CHAINS; chain++)
        value[chain] = x[i] + float(chain);
    for (uint round = 0u; round < rounds; round++) {
        [[unroll]] for (uint s = 0u; s < STEPS; s++) {
            [[unroll]] for (uint chain = 0u; chain < CHAINS; chain++)
                value[chain] = value[chain] * factor + addend;
        }
    }
    float sum = 0.0;
    [[unroll]] for (uint chain = 0u; chain < CHAINS; chain++)
        sum += value[chain];
    y[i] = sum;
}
