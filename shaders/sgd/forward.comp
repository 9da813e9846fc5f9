#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Stochastic gradient descent with momentum: velocity = momentum * velocity + scale * gradient;
// parameter = parameter - learning_rate * velocity. Scale 0 (a gradient that is not finite) changes nothing.
// One invocation updates one element.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) buffer Parameter { float parameter[]; };
layout(set = 0, binding = 1, std430) buffer Velocity { float velocity[]; };
layout(set = 0, binding = 2, std430) readonly buffer Gradient { float gradient[]; };
layout(set = 0, binding = 3, std430) readonly buffer Scale { float scale[]; };
layout(set = 0, binding = 4, std430) readonly buffer LearningRate { float learning_rate[]; };
layout(push_constant, std430) uniform Push {
    uint parameter_length;
    float momentum;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= parameter_length || scale[0] == 0.0)
        return;
    float v = momentum * velocity[i] + scale[0] * gradient[i];
    velocity[i] = v;
    parameter[i] -= learning_rate[0] * v;
}
