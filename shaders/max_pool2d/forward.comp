#version 460
// 2x2 max-pool with stride 2: y[n,c,p,q] = max over r,s of x[n,c,2p+r,2q+s]. An odd last row or column is left out.
// One invocation computes TILE_H rows of a column of one channel.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY = 0u; // 1: x counts as max(x, 0); 2: it is that already
layout(constant_id = 1) const uint TILE_H = 4u;

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Y { float y[]; };
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
    if (q >= y_w)
        return;
    for (uint p = first; p < min(first + TILE_H, y_h); p++) {
        uint corner = (plane * x_h + p * 2u) * x_w + q * 2u;
        float largest = max(max(x[corner], x[corner + 1u]), max(x[corner + x_w], x[corner + x_w + 1u]));
        y[(plane * y_h + p) * y_w + q] = RECTIFY == 1u ? max(largest, 0.0) : largest;
    }
}
