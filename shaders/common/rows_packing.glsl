// Packs pixels as rows, for convolutions on matrix units (see common/rows_convolution.glsl): the places of the line of an image (see
// common/line.glsl) one behind the other, each a row of its channels as Float16, with zeros for the channels up to the next multiple
// of 16, for the padding and for the places behind the line.
// One workgroup of 256 invocations packs 64 channels of 64 places of one image: it reads neighbouring pixels, and writes neighbouring
// channels. The including file defines line_width(), margin() (rows and columns of zeros before the first pixel), source_channels(),
// source_height(), source_width(), source_at(c, row, column), which is called for what lies inside only, row_count() and
// row_channels() (rows of an image, and channels of each) and store_eight(at, eight), which stores the eight channels at place `at`.
#include "common/float16_pairs.glsl"

const uint PLACES = 64u;
const uint EIGHTS = 8u;          // of channels
const uint PITCH = EIGHTS + 1u;  // of 16 bytes; the odd one spreads neighbouring places over the banks

shared uvec4 transposed[PLACES * PITCH];

void pack_rows() {
    uint first_place = gl_WorkGroupID.y * PLACES;
    uint first_eight = gl_WorkGroupID.x * EIGHTS;
    uint place = first_place + gl_LocalInvocationID.x % PLACES;
    uint row = place / line_width() - margin(); // wraps above and left of the image, which the comparison catches
    uint column = place % line_width() - margin();
    bool inside = row < source_height() && column < source_width();
    [[unroll]] for (uint i = 0u; i < EIGHTS * PLACES / gl_WorkGroupSize.x; i++) {
        uint eight = i * (gl_WorkGroupSize.x / PLACES) + gl_LocalInvocationID.x / PLACES;
        float channel[8];
        [[unroll]] for (uint j = 0u; j < 8u; j++) {
            uint c = (first_eight + eight) * 8u + j;
            channel[j] = inside && c < source_channels() ? source_at(c, row, column) : 0.0;
        }
        transposed[gl_LocalInvocationID.x % PLACES * PITCH + eight] = uvec4(
            rounded_pair(channel[0], channel[1]), rounded_pair(channel[2], channel[3]),
            rounded_pair(channel[4], channel[5]), rounded_pair(channel[6], channel[7]));
    }
    barrier();
    uint eights = row_channels() / 8u;
    [[unroll]] for (uint i = 0u; i < EIGHTS * PLACES / gl_WorkGroupSize.x; i++) {
        uint item = i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        uint stored = first_place + item / EIGHTS;
        uint eight = first_eight + item % EIGHTS;
        if (stored < row_count() && eight < eights)
            store_eight((gl_WorkGroupID.z * row_count() + stored) * eights + eight, transposed[item / EIGHTS * PITCH + item % EIGHTS]);
    }
}
