// Winograd's F(2x2,3x3): 2x2 outputs of a 3x3 convolution from 4x4 inputs with 16 multiplications instead of 36
// (Lavin and Gray 2015, arXiv:1509.09308). With d the inputs, g the kernel and y the outputs,
//     y = output(input(d) * weight(g)), products element by element and added up over input channels before the output's transform.
// All three are linear, so the adjoints give the gradient to the weight: d_g = weight_gradient(input(d) * output_gradient(d_y)).
// Each transform is the same one for columns and then for rows. A matrix of 4x4 that stands for products lies transposed, that is
// [column of the tile][row of the tile], in all of them alike.

vec4 winograd_input(vec4 d) {
    return vec4(d.x - d.z, d.y + d.z, d.z - d.y, d.y - d.w);
}

vec4 winograd_weight(vec3 g) {
    float even = 0.5 * (g.x + g.z);
    float odd = 0.5 * g.y;
    return vec4(g.x, even + odd, even - odd, g.z);
}

vec2 winograd_output(vec4 m) {
    return vec2(m.x + m.y + m.z, m.y - m.z - m.w);
}

vec4 winograd_output_gradient(vec2 y) {
    return vec4(y.x, y.x + y.y, y.x - y.y, -y.y);
}

vec3 winograd_weight_gradient(vec4 u) {
    float even = 0.5 * (u.y + u.z);
    return vec3(u.x + even, 0.5 * (u.y - u.z), even + u.w);
}

// d[i] is row i of the tile, or its column i: what comes of either is transposed, so that one of them is wanted throughout.
mat4 winograd_input(mat4 d) {
    mat4 along = transpose(mat4(winograd_input(d[0]), winograd_input(d[1]), winograd_input(d[2]), winograd_input(d[3])));
    return mat4(winograd_input(along[0]), winograd_input(along[1]), winograd_input(along[2]), winograd_input(along[3]));
}

mat4 winograd_weight(mat3 g) {
    mat4x3 along = transpose(mat3x4(winograd_weight(g[0]), winograd_weight(g[1]), winograd_weight(g[2])));
    return mat4(winograd_weight(along[0]), winograd_weight(along[1]), winograd_weight(along[2]), winograd_weight(along[3]));
}

mat2 winograd_output(mat4 m) {
    mat2x4 along = transpose(mat4x2(winograd_output(m[0]), winograd_output(m[1]), winograd_output(m[2]), winograd_output(m[3])));
    return mat2(winograd_output(along[0]), winograd_output(along[1]));
}

mat4 winograd_output_gradient(mat2 y) {
    mat4x2 along = transpose(mat2x4(winograd_output_gradient(y[0]), winograd_output_gradient(y[1])));
    return mat4(
        winograd_output_gradient(along[0]), winograd_output_gradient(along[1]),
        winograd_output_gradient(along[2]), winograd_output_gradient(along[3]));
}

mat3 winograd_weight_gradient(mat4 u) {
    mat3x4 along = transpose(mat4x3(
        winograd_weight_gradient(u[0]), winograd_weight_gradient(u[1]), winograd_weight_gradient(u[2]), winograd_weight_gradient(u[3])));
    return mat3(winograd_weight_gradient(along[0]), winograd_weight_gradient(along[1]), winograd_weight_gradient(along[2]));
}
