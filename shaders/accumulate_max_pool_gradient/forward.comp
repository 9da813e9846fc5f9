#version 460
#extension GL_EXT_control_flow_attributes : require
// Adds the gradient of the 2x2 max-pool to what other readers of x gave: each gradient of an output goes to the first maximum of
// its window in row-major order, found again from x. One invocation adds the gradients of TILE_H windows, one below the other.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 1) const uint TILE_H = 4u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer PooledGradient { float pooled_gradient[]; };
layout(set = 0, binding = 2, std430) buffer Sum { float sum[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint pooled_gradient_h;
    uint pooled_gradient_w;
};

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (q >= pooled_gradient_w)
        return;
    for (uint p = first; p < min(first + TILE_H, pooled_gradient_h); p++) {
        uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;
        uint places[4] = uint[4](corner, corner + 1u, corner + x_w, corner + x_w + 1u);
        uint largest = corner;
        float maximum = x[corner];
        [[unroll]] for (uint i = 1u; i < 4u; i++) {
            float pixel = x[places[i]];
            if (pixel > maximum) {
                largest = places[i];
                maximum = pixel;
            }
        }
        if (RECTIFY == 0u || maximum > 0.0)
            sum[largest] += pooled_gradient[(plane * pooled_gradient_h + p) * pooled_gradient_w + q];
    }
}
