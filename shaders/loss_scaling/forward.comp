#version 460
// Dynamic loss scaling: a step whose gradient is not finite divides the scale, growth_interval steps without one in a row
// multiply it; see Ops/LossScaling.cs. One invocation.
layout(local_size_x = 1) in;

layout(set = 0, binding = 0, std430) buffer LossScale { float loss_scale[]; };
layout(set = 0, binding = 1, std430) buffer GoodSteps { float good_steps[]; };
layout(set = 0, binding = 2, std430) readonly buffer Scale { float scale[]; };
layout(push_constant, std430) uniform Push {
    float growth;
    float backoff;
    float growth_interval;
    float smallest;
    float largest;
};

void main() {
    float steps = good_steps[0] + 1.0;
    if (scale[0] == 0.0) {
        loss_scale[0] = max(loss_scale[0] * backoff, smallest);
        steps = 0.0;
    } else if (steps >= growth_interval) {
        loss_scale[0] = min(loss_scale[0] * growth, largest);
        steps = 0.0;
    }
    good_steps[0] = steps;
}
