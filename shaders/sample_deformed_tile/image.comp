#version 460
#extension GL_GOOGLE_include_directive : require
#include "common/keys.glsl"
#include "common/linear.glsl"
#include "common/mirrored.glsl"
// Samples the network's input tiles from the image slots: turned, reflected and elastically deformed, interpolated
// between pixels, mirrored beyond the edges, with varied gray values.
// Slot n holds one image of size[n] (height, width) pixels without gaps, planes of channels one after the other.
// origin: the top left of the undeformed tile in image coordinates. It stays out of the float arithmetic, so
// that a part of the image in the slot gives the same bits as the whole.
// One workgroup computes up to 64 pixels of one row of one tile, all channels.
layout(local_size_x = 64) in;

layout(constant_id = 0) const uint TAPS = 4u; // 2 interpolates linearly, 4 cubically

layout(set = 0, binding = 0, std430) readonly buffer Image { float image[]; };
layout(set = 0, binding = 1, std430) readonly buffer Size { uvec2 size[]; };
layout(set = 0, binding = 2, std430) readonly buffer Origin { uvec2 origin[]; }; // the bits of signed numbers
layout(set = 0, binding = 3, std430) readonly buffer Transform { float transform[]; };
layout(set = 0, binding = 4, std430) readonly buffer Displacement { float displacement[]; };
layout(set = 0, binding = 5, std430) readonly buffer Gray { float gray[]; };
layout(set = 0, binding = 6, std430) writeonly buffer X { float x[]; };
layout(push_constant, std430) uniform Push {
    uint image_c;
    uint image_h;
    uint image_w;
    uint tile;
    uint vectors;
    float vectors_per_pixel;
    uint first_image;
    uint x_n;
};

#include "common/deformed.glsl"

float weight_of(float t) {
    return TAPS == 4u ? keys(t) : 1.0 - abs(t);
}

// Gray values between black and white along a power curve; where the range is 0 they stay.
float varied(uint entry, float value) {
    uint g = entry * 5u;
    float least = gray[g];
    float range = gray[g + 1u];
    float black = gray[g + 2u];
    float white = gray[g + 3u];
    float u = clamp((value - least) / max(range, 1e-30), 0.0, 1.0);
    float curved = u > 0.0 ? pow(u, gray[g + 4u]) : 0.0;
    return range > 0.0 ? least + range * (black + (white - black) * curved) : value;
}

void main() {
    uint segments = (tile + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    uint line = linear_workgroup() / segments;
    uint first = linear_workgroup() % segments * gl_WorkGroupSize.x;
    uint column = first + gl_LocalInvocationID.x;
    uint row = line % tile;
    uint n = line / tile;
    if (n >= x_n || column >= tile)
        return;
    uint entry = first_image + n;
    int rows = int(size[entry].x);
    int columns = int(size[entry].y);
    vec2 source = deformed(entry, row, column, first, min(first + gl_WorkGroupSize.x, tile) - 1u);
    vec2 whole = floor(source);
    vec2 fraction = source - whole;
    ivec2 start = ivec2(whole) + ivec2(origin[entry]) - int(TAPS / 2u) + 1;

    ivec2 phases = ivec2(phase(start.x, rows), phase(start.y, columns));
    uint line_start[TAPS];
    uint line_place[TAPS];
    vec2 weight[TAPS];
    for (int i = 0; i < int(TAPS); i++) {
        line_start[i] = uint(unfolded(phases.x + i, rows) * columns);
        line_place[i] = uint(unfolded(phases.y + i, columns));
        vec2 distance = fraction - float(i - int(TAPS / 2u) + 1);
        weight[i] = vec2(weight_of(distance.x), weight_of(distance.y));
    }

    for (uint c = 0u; c < image_c; c++) {
        uint plane = n * image_c * image_h * image_w + c * uint(rows * columns);
        float value = 0.0;
        for (int j = 0; j < int(TAPS); j++) {
            float along = 0.0;
            for (int i = 0; i < int(TAPS); i++)
                along += weight[i].y * image[plane + line_start[j] + line_place[i]];
            value += weight[j].x * along;
        }
        x[((n * image_c + c) * tile + row) * tile + column] = varied(entry, value);
    }
}
