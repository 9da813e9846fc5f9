using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>A dense NCHW tensor in the processor's memory, as the CPU reference sees it.</summary>
public readonly struct Tensor<T>
{
    private readonly T[] _elements;
    private readonly int _start;

    /// <summary>A view of <paramref name="elements"/> from <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentException">The array is too short for the shape.</exception>
    public Tensor(Shape shape, T[] elements, int start = 0)
    {
        if (elements.Length - start < shape.Length)
            throw new ArgumentException($"An array of {elements.Length} elements does not hold a tensor {shape} from {start} on.");
        (Shape, _elements, _start) = (shape, elements, start);
    }

    /// <summary>A new tensor of zeros.</summary>
    public Tensor(Shape shape) : this(shape, new T[shape.Length]) { }

    /// <summary>The logical shape.</summary>
    public Shape Shape { get; }

    /// <summary>All elements in row-major order.</summary>
    public Span<T> Span => _elements.AsSpan(_start, (int)Shape.Length);

    /// <summary>The element at image n, channel c, row y, column x.</summary>
    public ref T this[int n, int c, int y, int x] => ref _elements[_start + Offset(n, c, y, x)];

    /// <summary>The element at a row-major index.</summary>
    public ref T this[int index] => ref _elements[_start + index];

    /// <summary>Row-major index of an element.</summary>
    public int Offset(int n, int c, int y, int x) => ((n * Shape.C + c) * Shape.H + y) * Shape.W + x;
}
