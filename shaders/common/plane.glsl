// Extents of a tensor's channels.
struct Plane { uint channels; uint height; uint width; };
