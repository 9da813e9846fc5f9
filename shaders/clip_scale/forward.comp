#version 460
// Global gradient-norm clipping of gradients that the loss scale has multiplied: norm = sqrt(square_sum) / loss_scale and
// scale = min(1, maximum_norm / norm) / loss_scale.
// A norm that is not finite gives scale 0, at which the optimizer leaves everything as it is; maximum_norm 0 means no
// clipping. One invocation.
layout(local_size_x = 1) in;

layout(set = 0, binding = 0, std430) readonly buffer SquareSum { float square_sum[]; };
layout(set = 0, binding = 1, std430) readonly buffer LossScale { float loss_scale[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Norm { float norm[]; };
layout(set = 0, binding = 3, std430) writeonly buffer Scale { float scale[]; };
layout(push_constant, std430) uniform Push { float maximum_norm; };

void main() {
    float length = sqrt(square_sum[0]) / loss_scale[0];
    // Compared as bits: a compiler may take isnan and isinf for false.
    bool finite = (floatBitsToUint(square_sum[0]) & 0x7F800000u) != 0x7F800000u;
    norm[0] = length;
    scale[0] = !finite ? 0.0 : (maximum_norm > 0.0 && length > maximum_norm ? maximum_norm / length : 1.0) / loss_scale[0];
}
