// Weight of a sample at distance t in cubic convolution with a = -1/2 (Keys 1981), the spline of Catmull and Rom. At the
// samples themselves the weights are exactly 0 and 1.
float keys(float t) {
    t = abs(t);
    float near = (1.5 * t - 2.5) * t * t + 1.0;
    float far = ((2.5 - 0.5 * t) * t - 4.0) * t + 2.0;
    return t < 1.0 ? near : t < 2.0 ? far : 0.0;
}
