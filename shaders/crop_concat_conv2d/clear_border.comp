#version 460
// Sets the gradient to a skip connection to 0 where it is cropped. One invocation clears TILE_H rows of a column of one
// channel, as far as they lie outside the crop.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint TILE_H = 32u;

layout(set = 0, binding = 0, std430) writeonly buffer DSkip { float d_skip[]; };
layout(push_constant, std430) uniform Push {
    uint skip_h;
    uint skip_w;
    uint upsampled_h;
    uint upsampled_w;
};

void main() {
    uint column = gl_GlobalInvocationID.x;
    uint first = gl_WorkGroupID.y * TILE_H;
    if (column >= skip_w)
        return;
    // Left of the crop and above it the differences wrap, which the comparisons catch.
    bool may_be_inside = column - (skip_w - upsampled_w) / 2u < upsampled_w;
    for (uint row = first; row < min(first + TILE_H, skip_h); row++) {
        if (!may_be_inside || row - (skip_h - upsampled_h) / 2u >= upsampled_h)
            d_skip[(gl_WorkGroupID.z * skip_h + row) * skip_w + column] = 0.0;
    }
}
