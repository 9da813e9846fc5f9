using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record MaxPool2d
{
    /// <summary>Stands for the place of a maximum that no gradient reaches.</summary>
    private const uint Nowhere = MaxPool2dForward.Fixed.Nowhere;

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> x, Tensor<T> y) = (tensors.X, tensors.Y);
        tensors.Place.Span.Clear();
        for (int i = 0; i < y.Shape.Length; i++)
        {
            uint place = 0;
            for (uint other = 1; other < 4; other++)
            {
                T element = x[Corner(x.Shape, y.Shape, i, other)];
                if (element > x[Corner(x.Shape, y.Shape, i, place)] || T.IsNaN(element))
                    place = other;
            }
            y[i] = x[Corner(x.Shape, y.Shape, i, place)];
            if (Rectify != Rectification.None && !(y[i] > T.Zero))
                place = Nowhere;
            (int word, int shift) = WordOf(y.Shape, i);
            tensors.Place[word] |= place << shift;
        }
        y.Rectify(Rectify == Rectification.OnLoad);
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        tensors.DX.Span.Clear();
        Accumulate(tensors.DX, tensors.Place, tensors.DY);
    }

    /// <summary>Adds the gradients of pooled pixels to those of the pixels that were the maxima.</summary>
    internal static void Accumulate<T>(Tensor<T> sum, Tensor<uint> places, Tensor<T> pooled) where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < pooled.Shape.Length; i++)
        {
            (int word, int shift) = WordOf(pooled.Shape, i);
            uint place = places[word] >> shift & 15;
            if (place != Nowhere)
                sum[Corner(sum.Shape, pooled.Shape, i, place)] += pooled[i];
        }
    }

    /// <summary>Index of a corner of the window of pooled pixel <paramref name="i"/>.</summary>
    private static int Corner(Graph.Shape x, Graph.Shape pooled, int i, uint place)
    {
        (int plane, int p, int q) = (i / (pooled.H * pooled.W), i / pooled.W % pooled.H, i % pooled.W);
        return (plane * x.H + 2 * p + (int)(place / 2)) * x.W + 2 * q + (int)(place % 2);
    }

    /// <summary>
    /// The word that holds the place of pooled pixel <paramref name="i"/>, and by how many bits it lies above the lowest.
    /// </summary>
    private static (int Word, int Shift) WordOf(Graph.Shape pooled, int i)
    {
        (int plane, int p, int q) = (i / (pooled.H * pooled.W), i / pooled.W % pooled.H, i % pooled.W);
        return ((plane * PlaceShape(pooled).H + p / PlacesInWord) * pooled.W + q, p % PlacesInWord * (32 / PlacesInWord));
    }
}
