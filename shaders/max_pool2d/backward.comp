#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
// Gradient of the 2x2 max-pool: the gradient of each output goes to the first maximum of its window in row-major
// order, found again from x; all other inputs get 0, an odd last row or column too.
// One invocation computes the inputs of one window (at an odd edge, fewer than four).
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counted as max(x, 0), whose derivative is 0 up to x = 0

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
layout(push_constant, std430) uniform Push {
    uint x_n;
    uint x_c;
    uint x_h;
    uint x_w;
    uint y_h;
    uint y_w;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    uint windows_w = (x_w + 1u) / 2u;
    uint windows_h = (x_h + 1u) / 2u;
    if (i >= x_n * x_c * windows_h * windows_w)
        return;
    uint q = i % windows_w;
    uint p = i / windows_w % windows_h;
    uint plane = i / (windows_w * windows_h);
    uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;

    if (p < y_h && q < y_w) {
        uint largest = corner;
        if (x[corner + 1u] > x[largest])
            largest = corner + 1u;
        if (x[corner + x_w] > x[largest])
            largest = corner + x_w;
        if (x[corner + x_w + 1u] > x[largest])
            largest = corner + x_w + 1u;
        float gradient = RECTIFY == 0u || x[largest] > 0.0 ? d_y[(plane * y_h + p) * y_w + q] : 0.0;
        d_x[corner] = largest == corner ? gradient : 0.0;
        d_x[corner + 1u] = largest == corner + 1u ? gradient : 0.0;
        d_x[corner + x_w] = largest == corner + x_w ? gradient : 0.0;
        d_x[corner + x_w + 1u] = largest == corner + x_w + 1u ? gradient : 0.0;
        return;
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
