#version 460
#extension GL_EXT_control_flow_attributes : require
// Gradient of the 2x2 max-pool: the gradient of each output goes to the first maximum of its window in row-major
// order, found again from x; all other inputs get 0, an odd last row or column too.
// One invocation computes the inputs of TILE_H windows, one below the other (at an odd edge, fewer than four of each).
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // not 0: x counted as max(x, 0), whose derivative is 0 up to x = 0
layout(constant_id = 1) const uint TILE_H = 4u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(push_constant, std430) uniform Push {
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
};

void main() {
    uint q = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (q * 2u >= x_w)
        return;
    for (uint p = first; p < min(first + TILE_H, (x_h + 1u) / 2u); p++) {
        uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;
        if (p < y_h && q < y_w) {
            float corners[4] = float[4](x[corner], x[corner + 1u], x[corner + x_w], x[corner + x_w + 1u]);
            uint largest = 0u;
            float maximum = corners[0];
            [[unroll]] for (uint i = 1u; i < 4u; i++) {
                if (corners[i] > maximum) {
                    largest = i;
                    maximum = corners[i];
                }
            }
            float gradient = RECTIFY == 0u || maximum > 0.0 ? d_y[(plane * y_h + p) * y_w + q] : 0.0;
            d_x[corner] = largest == 0u ? gradient : 0.0;
            d_x[corner + 1u] = largest == 1u ? gradient : 0.0;
            d_x[corner + x_w] = largest == 2u ? gradient : 0.0;
            d_x[corner + x_w + 1u] = largest == 3u ? gradient : 0.0;
            continue;
        }
        d_x[corner] = 0.0;
        if (q * 2u + 1u < x_w)
            d_x[corner + 1u] = 0.0;
        if (p * 2u + 1u < x_h) {
            d_x[corner + x_w] = 0.0;
            if (q * 2u + 1u < x_w)
                d_x[corner + x_w + 1u] = 0.0;
        }
    }
}
