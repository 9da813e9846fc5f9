#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/linear.glsl"
#include "common/mirrored.glsl"
#include "common/orientation.glsl"
// Cuts the network's input tiles out of the image slots: flipped or turned, mirrored beyond the edges.
// Slot n holds one image of size[n] (height, width) pixels without gaps, planes of channels one after the other.
// origin: the tile's top left in image coordinates, negative where it reaches beyond the edge.
// One invocation copies one element.
layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) readonly buffer Image { float image[]; };
layout(set = 0, binding = 1, std430) readonly buffer Size { uvec2 size[]; };
layout(set = 0, binding = 2, std430) readonly buffer Origin { uvec2 origin[]; }; // the bits of signed numbers
layout(set = 0, binding = 3, std430) readonly buffer Orientation { uint orientation[]; };
layout(set = 0, binding = 4, std430) writeonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint image_c;
    uint image_h;
    uint image_w;
    uint tile;
    uint first_image;
    uint x_length;
};

void main() {
    uint i = linear_workgroup() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    if (i >= x_length)
        return;
    int column = int(i % tile);
    int row = int(i / tile % tile);
    uint c = i / (tile * tile) % image_c;
    uint n = i / (tile * tile * image_c);
    uint entry = first_image + n;
    int rows = int(size[entry].x);
    int columns = int(size[entry].y);
    ivec2 source = oriented(ivec2(row, column), int(tile), orientation[entry]) + ivec2(origin[entry]);
    uint place = uint(mirrored(source.x, rows) * columns + mirrored(source.y, columns));
    x[i] = image[n * image_c * image_h * image_w + c * uint(rows * columns) + place];
}
