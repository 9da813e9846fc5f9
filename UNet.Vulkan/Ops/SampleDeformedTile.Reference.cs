using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record SampleDeformedTile
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        int border = (Tile - OutputTile) / 2;
        for (int n = 0; n < tensors.X.Shape.N; n++)
        {
            (int height, int width) = ((int)tensors.Size[2 * n], (int)tensors.Size[2 * n + 1]);
            (int originY, int originX) = ((int)tensors.Origin[2 * n], (int)tensors.Origin[2 * n + 1]);
            Span<T> image = tensors.Image.Span[(int)(n * tensors.Image.Shape.Length / tensors.Image.Shape.N)..];
            Span<T> gray = tensors.Gray.Span.Slice(n * 5, 5);
            int slot = n * tensors.Label.Shape.H * tensors.Label.Shape.W;
            for (int row = 0; row < Tile; row++)
            {
                for (int column = 0; column < Tile; column++)
                {
                    (T y, T x) = Deformed(tensors, n, row, column);
                    for (int c = 0; c < tensors.X.Shape.C; c++)
                    {
                        ReadOnlySpan<T> plane = image.Slice(c * height * width, height * width);
                        tensors.X[n, c, row, column] = Varied(gray, Interpolated(plane, height, width, (y, originY), (x, originX)));
                    }

                    (int p, int q) = (row - border, column - border);
                    if (p < 0 || p >= OutputTile || q < 0 || q >= OutputTile)
                        continue;
                    (int nearY, int nearX) = (Nearest(y) + originY, Nearest(x) + originX);
                    bool inside = nearY >= 0 && nearY < height && nearX >= 0 && nearX < width;
                    int place = slot + SampleTile.Mirrored(nearY, height) * width + SampleTile.Mirrored(nearX, width);
                    tensors.Target[n, 0, p, q] = tensors.Label[place];
                    tensors.PixelWeight[n, 0, p, q] = inside ? tensors.Weight[place] : T.Zero;
                }
            }
        }
    }

    /// <summary>Where a pixel of the tile comes from, counted from the top left of the undeformed tile.</summary>
    private (T Y, T X) Deformed<T>(in Tensors<T> tensors, int n, int row, int column) where T : IFloatingPointIeee754<T>
    {
        T perPixel = T.CreateChecked(VectorsPerPixel), centre = T.CreateChecked(Tile - 1) / T.CreateChecked(2);
        (T gridY, T gridX) = (T.CreateChecked(row) * perPixel, T.CreateChecked(column) * perPixel);
        (int top, int left) = (int.CreateChecked(T.Floor(gridY)) - 1, int.CreateChecked(T.Floor(gridX)) - 1);
        (T shiftY, T shiftX) = (T.Zero, T.Zero);
        for (int k = left; k < left + 4; k++)
        {
            (T y, T x) = (T.Zero, T.Zero);
            for (int j = top; j < top + 4; j++)
            {
                int place = Math.Clamp(j, 0, Vectors - 1) * Vectors + Math.Clamp(k, 0, Vectors - 1);
                T weight = Keys(gridY - T.CreateChecked(j));
                y += weight * tensors.Displacement[n, 0, place, 0];
                x += weight * tensors.Displacement[n, 1, place, 0];
            }

            T across = Keys(gridX - T.CreateChecked(k));
            shiftY += across * y;
            shiftX += across * x;
        }

        (T offsetY, T offsetX) = (T.CreateChecked(row) - centre, T.CreateChecked(column) - centre);
        Span<T> matrix = tensors.Transform.Span.Slice(n * 4, 4);
        return (
            centre + (matrix[0] * offsetY + matrix[1] * offsetX) + shiftY,
            centre + (matrix[2] * offsetY + matrix[3] * offsetX) + shiftX);
    }

    private T Interpolated<T>(ReadOnlySpan<T> plane, int height, int width, (T Place, int Origin) y, (T Place, int Origin) x)
        where T : IFloatingPointIeee754<T>
    {
        (int row, int column) = (int.CreateChecked(T.Floor(y.Place)), int.CreateChecked(T.Floor(x.Place)));
        (int first, int last) = (1 - Taps / 2, Taps / 2);
        T value = T.Zero;
        for (int j = first; j <= last; j++)
        {
            int line = SampleTile.Mirrored(row + j + y.Origin, height) * width;
            T along = T.Zero;
            for (int i = first; i <= last; i++)
                along += Weight(x.Place - T.CreateChecked(column + i)) * plane[line + SampleTile.Mirrored(column + i + x.Origin, width)];
            value += Weight(y.Place - T.CreateChecked(row + j)) * along;
        }

        return value;

        T Weight(T distance) => Taps == 4 ? Keys(distance) : T.One - T.Abs(distance);
    }

    private static T Varied<T>(ReadOnlySpan<T> gray, T value) where T : IFloatingPointIeee754<T>
    {
        (T least, T range, T black, T white, T gamma) = (gray[0], gray[1], gray[2], gray[3], gray[4]);
        if (!(range > T.Zero))
            return value;
        T u = T.Clamp((value - least) / range, T.Zero, T.One);
        return least + range * (black + (white - black) * T.Pow(u, gamma));
    }

    private static int Nearest<T>(T place) where T : IFloatingPointIeee754<T>
        => int.CreateChecked(T.Floor(place + T.One / T.CreateChecked(2)));

    /// <summary>Weight of a sample at a distance in cubic convolution with a = -1/2 (Keys 1981).</summary>
    private static T Keys<T>(T distance) where T : IFloatingPointIeee754<T>
    {
        T t = T.Abs(distance);
        T half = T.One / T.CreateChecked(2), two = T.CreateChecked(2);
        if (t < T.One)
            return ((T.One + half) * t - (two + half)) * t * t + T.One;
        return t < two ? ((two + half - half * t) * t - two - two) * t + two : T.Zero;
    }
}
