// How convolutions for processors find the channels of what they write: pixel (row, column) is number
// first + row * stride + column, and where `masked` is set, it is 0 wherever the pixel of `mask` at the same place is not positive.
// The including file declares the buffer types Pixels and Result.
struct Target { Result result; Pixels mask; uint first; uint stride; bool masked; };
