// A channel of a concatenation (see common/concatenated.glsl), for convolutions for processors. The including file declares
// RECTIFY_SKIP and RECTIFY_UPSAMPLED and the addresses skip and upsampled.
Channel source_of(uint n, uint c) {
    Part part = part_of(c);
    if (part.is_skip)
        return Channel(skip, place_in_skip(n, part.channel, 0u, 0u), skip_w, RECTIFY_SKIP == 1u);
    return Channel(upsampled, place_in_upsampled(n, part.channel, 0u, 0u), upsampled_w, RECTIFY_UPSAMPLED == 1u);
}
