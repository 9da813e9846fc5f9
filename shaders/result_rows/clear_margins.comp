#version 460
// Sets to 0 what is no pixel in packed rows that another kernel stores its result as (see common/row_results.glsl): the places before the
// first pixel, between the rows of pixels, and behind the last. Each workgroup clears every TILE_GROUPS-th run of 256 times 8 channels.
layout(local_size_x = 256) in;

layout(constant_id = 0) const uint TILE_GROUPS = 64u;

layout(set = 0, binding = 0, std430) writeonly buffer ResultRows { uvec4 result_rows[]; };
layout(push_constant, std430) uniform Push {
    uint result_rows_h;
    uint result_rows_w;
    uint result_h;
    uint result_w;
    uint result_gap;
    uint result_margin;
};

uint place_without_pixel(uint number) {
    uint width = result_w + result_gap;
    uint before = result_margin * (width + 1u);
    uint between = result_h * result_gap;
    if (number < before)
        return number;
    uint behind = number - before;
    return behind < between
        ? before + behind / result_gap * width + result_w + behind % result_gap
        : before + result_h * width + (behind - between);
}

void main() {
    uint eights = result_rows_w / 8u;
    uint count = (result_rows_h - result_h * result_w) * eights;
    for (uint i = gl_GlobalInvocationID.x; i < count; i += TILE_GROUPS * gl_WorkGroupSize.x)
        result_rows[(gl_WorkGroupID.z * result_rows_h + place_without_pixel(i / eights)) * eights + i % eights] = uvec4(0u);
}
