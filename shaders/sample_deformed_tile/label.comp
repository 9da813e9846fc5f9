#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/keys.glsl"
#include "common/linear.glsl"
#include "common/mirrored.glsl"
// Samples the labels and pixel weights that belong to the network's output: the centre of the tile of
// sample_deformed_tile/image, each from the nearest pixel. A pixel beyond the image's edge gets weight 0, so that it is
// ignored. One workgroup computes up to 64 pixels of one row of one tile.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Label { uint label[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Size { uvec2 size[]; };
layout(set = 0, binding = 3, std430) readonly buffer Origin { uvec2 origin[]; }; // the bits of signed numbers
layout(set = 0, binding = 4, std430) readonly buffer Transform { float transform[]; };
layout(set = 0, binding = 5, std430) readonly buffer Displacement { float displacement[]; };
layout(set = 0, binding = 6, std430) writeonly buffer Target { uint target[]; };
layout(set = 0, binding = 7, std430) writeonly buffer PixelWeight { float pixel_weight[]; };
layout(push_constant, std430) uniform Push {
    uint label_h;
    uint label_w;
    uint tile;
    uint output_tile;
    uint vectors;
    float vectors_per_pixel;
    uint first_image;
    uint target_n;
};

#include "common/deformed.glsl"

void main() {
    uint segments = (output_tile + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    uint line = linear_workgroup() / segments;
    uint first = linear_workgroup() % segments * gl_WorkGroupSize.x;
    uint column = first + gl_LocalInvocationID.x;
    uint row = line % output_tile;
    uint n = line / output_tile;
    if (n >= target_n || column >= output_tile)
        return;
    uint entry = first_image + n;
    uint border = (tile - output_tile) / 2u;
    int rows = int(size[entry].x);
    int columns = int(size[entry].y);
    uint last = min(first + gl_WorkGroupSize.x, output_tile) - 1u;
    vec2 position = deformed(entry, border + row, border + column, border + first, border + last);
    ivec2 source = ivec2(floor(position + 0.5)) + ivec2(origin[entry]);
    bool inside = source.x >= 0 && source.x < rows && source.y >= 0 && source.y < columns;
    uint place = n * label_h * label_w + uint(mirrored(source.x, rows) * columns + mirrored(source.y, columns));
    uint i = (n * output_tile + row) * output_tile + column;
    target[i] = label[place];
    pixel_weight[i] = inside ? weight[place] : 0.0;
}
