using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record SampleTile
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        int border = (Tile - OutputTile) / 2;
        for (int n = 0; n < tensors.X.Shape.N; n++)
        {
            (int height, int width) = ((int)tensors.Size[2 * n], (int)tensors.Size[2 * n + 1]);
            (int originY, int originX) = ((int)tensors.Origin[2 * n], (int)tensors.Origin[2 * n + 1]);
            Span<T> image = tensors.Image.Span[(int)(n * tensors.Image.Shape.Length / tensors.Image.Shape.N)..];
            int slot = n * tensors.Label.Shape.H * tensors.Label.Shape.W;
            for (int row = 0; row < Tile; row++)
            {
                for (int column = 0; column < Tile; column++)
                {
                    (int y, int x) = Oriented(row, column, tensors.Orientation[n]);
                    (y, x) = (y + originY, x + originX);
                    int place = Mirrored(y, height) * width + Mirrored(x, width);
                    for (int c = 0; c < tensors.X.Shape.C; c++)
                        tensors.X[n, c, row, column] = image[c * height * width + place];
                    (int p, int q) = (row - border, column - border);
                    if (p < 0 || p >= OutputTile || q < 0 || q >= OutputTile)
                        continue;
                    bool inside = y >= 0 && y < height && x >= 0 && x < width;
                    tensors.Target[n, 0, p, q] = tensors.Label[slot + place];
                    tensors.PixelWeight[n, 0, p, q] = inside ? tensors.Weight[slot + place] : T.Zero;
                }
            }
        }
    }

    private (int Y, int X) Oriented(int row, int column, uint orientation)
    {
        if ((orientation & 4) != 0)
            (row, column) = (column, row);
        if ((orientation & 2) != 0)
            row = Tile - 1 - row;
        if ((orientation & 1) != 0)
            column = Tile - 1 - column;
        return (row, column);
    }

    internal static int Mirrored(int coordinate, int size)
    {
        if (size == 1)
            return 0;
        int period = 2 * (size - 1);
        int folded = Math.Abs(coordinate) % period;
        return Math.Min(folded, period - folded);
    }
}
