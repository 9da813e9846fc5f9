#version 460
// Gradient of crop + concatenation to the skip connection: the first channels of d_y (the last ones where upsampled_first
// is 1), surrounded by zeros where the skip connection was cropped. One invocation computes TILE_H rows of a column of one
// channel.
layout(local_size_x = 32) in;

layout(constant_id = 0) const uint RECTIFY_SKIP = 0u; // not 0: skip counted as max(skip, 0), whose derivative is 0 up to 0
layout(constant_id = 1) const uint TILE_H = 8u;

layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
layout(set = 0, binding = 1, std430) writeonly buffer DSkip { float d_skip[]; };
layout(set = 0, binding = 2, std430) readonly buffer Skip { float skip[]; };
layout(push_constant, std430) uniform Push {
    uint skip_c;
    uint skip_h;
    uint skip_w;
    uint y_c;
    uint y_h;
    uint y_w;
    uint upsampled_first;
};

void main() {
    uint skip_column = gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.z;
    uint n = plane / skip_c;
    uint c = plane - n * skip_c + upsampled_first * (y_c - skip_c);
    uint first = gl_WorkGroupID.y * TILE_H;
    if (skip_column >= skip_w)
        return;
    // Left of the crop and above it the differences wrap, which the comparisons catch.
    uint column = skip_column - (skip_w - y_w) / 2u;
    for (uint skip_row = first; skip_row < min(first + TILE_H, skip_h); skip_row++) {
        uint row = skip_row - (skip_h - y_h) / 2u;
        uint i = (plane * skip_h + skip_row) * skip_w + skip_column;
        bool reached = row < y_h && column < y_w;
        if (RECTIFY_SKIP != 0u && reached)
            reached = skip[i] > 0.0;
        d_skip[i] = reached ? d_y[((n * y_c + c) * y_h + row) * y_w + column] : 0.0;
    }
}
