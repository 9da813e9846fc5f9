#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// AdamW: running means of the gradient and of its square, corrected for their start at 0, and weight decay apart from
// both; see Ops/AdamW.cs. Scale 0 (a gradient that is not finite) changes nothing. One invocation updates one element.
layout(local_size_x = 128) in;

layout(set = 0, binding = 0, std430) buffer Parameter { float parameter[]; };
layout(set = 0, binding = 1, std430) buffer FirstMoment { float first_moment[]; };
layout(set = 0, binding = 2, std430) buffer SecondMoment { float second_moment[]; };
layout(set = 0, binding = 3, std430) readonly buffer Gradient { float gradient[]; };
layout(set = 0, binding = 4, std430) readonly buffer Scale { float scale[]; };
layout(set = 0, binding = 5, std430) readonly buffer LearningRate { float learning_rate[]; };
layout(set = 0, binding = 6, std430) readonly buffer Corrections { float corrections[]; };
layout(push_constant, std430) uniform Push {
    uint parameter_length;
    float beta1;
    float beta2;
    float epsilon;
    float weight_decay;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= parameter_length || scale[0] == 0.0)
        return;
    float g = scale[0] * gradient[i];
    float mean = beta1 * first_moment[i] + (1.0 - beta1) * g;
    float square = beta2 * second_moment[i] + (1.0 - beta2) * g * g;
    first_moment[i] = mean;
    second_moment[i] = square;
    float decayed = parameter[i] * (1.0 - learning_rate[0] * weight_decay);
    parameter[i] = decayed - learning_rate[0] * (mean * corrections[0]) / (sqrt(square * corrections[1]) + epsilon);
}
