// How convolutions for processors find the channels of what they read: pixel (row, column) is number
// first + row * stride + column, and where `rectify` is set, it counts as max(pixel, 0).
struct Channel { Pixels pixels; uint first; uint stride; bool rectify; };
