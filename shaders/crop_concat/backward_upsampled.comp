#version 460
// Gradient of crop + concatenation to the upsampled tensor: the last channels of d_y (the first ones where upsampled_first
// is 1). One invocation copies TILE_H rows of a column of one channel.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY_UPSAMPLED = 0u; // not 0: upsampled counted as max(upsampled, 0)
layout(constant_id = 1) const uint TILE_H = 8u;

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer DUpsampled { float d_upsampled[]; };
layout(set = 0, binding = 2, std430) readonly buffer Upsampled { float upsampled[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint upsampled_c;
    uint y_h;
    uint y_w;
    uint upsampled_first;
};

void main() {
    uint column = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (column >= y_w)
        return;
    // Before each image's channels of upsampled, d_y has those of this and all earlier skip connections.
    uint source = plane + (plane / upsampled_c + 1u - upsampled_first) * skip_c;
    for (uint row = first; row < min(first + TILE_H, y_h); row++) {
        uint i = (plane * y_h + row) * y_w + column;
        bool reached = RECTIFY_UPSAMPLED == 0u;
        if (!reached)
            reached = upsampled[i] > 0.0;
        d_upsampled[i] = reached ? d_y[(source * y_h + row) * y_w + column] : 0.0;
    }
}
