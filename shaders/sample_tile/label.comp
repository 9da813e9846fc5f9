#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
#include "common/mirrored.glsl"
#include "common/orientation.glsl"
// Cuts the labels and pixel weights that belong to the network's output: the centre of the tile of sample_tile/image.
// A pixel beyond the image's edge gets weight 0, so that it is ignored. One invocation copies one pixel.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Label { uint label[]; };
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };
layout(set = 0, binding = 2, std430) readonly buffer Size { uvec2 size[]; };
layout(set = 0, binding = 3, std430) readonly buffer Origin { uvec2 origin[]; }; // the bits of signed numbers
layout(set = 0, binding = 4, std430) readonly buffer Orientation { uint orientation[]; };
layout(set = 0, binding = 5, std430) writeonly buffer Target { uint target[]; };
layout(set = 0, binding = 6, std430) writeonly buffer PixelWeight { float pixel_weight[]; };
layout(push_constant, std430) uniform Push {
    uint label_h;
    uint label_w;
    uint tile;
    uint output_tile;
    uint first_image;
    uint target_length;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= target_length)
        return;
    int border = int(tile - output_tile) / 2;
    int column = int(i % output_tile) + border;
    int row = int(i / output_tile % output_tile) + border;
    uint n = i / (output_tile * output_tile);
    uint entry = first_image + n;
    int rows = int(size[entry].x);
    int columns = int(size[entry].y);
    ivec2 source = oriented(ivec2(row, column), int(tile), orientation[entry]) + ivec2(origin[entry]);
    bool inside = source.x >= 0 && source.x < rows && source.y >= 0 && source.y < columns;
    uint place = n * label_h * label_w + uint(mirrored(source.x, rows) * columns + mirrored(source.y, columns));
    target[i] = label[place];
    pixel_weight[i] = inside ? weight[place] : 0.0;
}
