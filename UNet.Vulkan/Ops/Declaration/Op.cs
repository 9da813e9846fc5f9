using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>Gives a dispatch the ranges of its buffers, and what it has to know of where it runs.</summary>
public interface IBufferBinding
{
    /// <summary>Range of the role's value (or scratch).</summary>
    BufferRange Value(Role role);

    /// <summary>Range of the role's gradient.</summary>
    BufferRange Gradient(Role role);

    /// <summary>Index in the batch of the first image bound: not 0 where a batch is bound one image at a time.</summary>
    int FirstImage { get; }

    /// <summary>Number of the part of the work that is done: not always 0 where <see cref="Op.PartCount"/> is not 1.</summary>
    int Part { get; }

    /// <summary>Lanes of a subgroup on the device.</summary>
    int SubgroupSize { get; }

    /// <summary>Rows and columns of the matrices that a subgroup multiplies on the device; 0 where there are none.</summary>
    int MatrixSize { get; }

    /// <summary>How the implementation rounds.</summary>
    NumericsClass Numerics { get; }

    /// <summary>Limits and features of the device.</summary>
    DeviceProperties Device { get; }

    /// <summary>
    /// The tiling that was chosen among those that the implementation declares; null where the op's rule, or else the shader, says
    /// what its <c>TILE_*</c> constants are.
    /// </summary>
    Tiling? Tiling { get; }

    /// <summary>
    /// How the result lies, where the implementation stores it as packed rows (<see cref="Implementation.Like"/>); else null.
    /// </summary>
    ResultRows? Result => null;
}

/// <summary>
/// A layer or another operation on tensors. Ops are partial records with <see cref="OpAttribute"/>; the generator
/// implements every abstract member here by forwarding to typed members.
/// All shape arguments hold one shape for each role, in the roles' order; scratch roles' entries are unset.
/// </summary>
public abstract record Op
{
    /// <summary>Roles and passes.</summary>
    public abstract OpInfo Info { get; }

    /// <summary>The shapes of all roles.</summary>
    /// <param name="given">Shapes of the input and state roles, in their order.</param>
    /// <exception cref="ArgumentException">The input shapes do not fit this op; the message says why.</exception>
    public abstract Shape[] InferShapes(ReadOnlySpan<Shape> given);

    /// <summary>The shape of a scratch role.</summary>
    public abstract Shape ScratchShape(Role role, ReadOnlySpan<Shape> shapes);

    /// <summary>Inputs of one neuron, for He initialisation of a parameter.</summary>
    public abstract int FanIn(Role role, ReadOnlySpan<Shape> shapes);

    /// <summary>Whether an implementation can run on these shapes and this device.</summary>
    public abstract bool Supports(Implementation implementation, ReadOnlySpan<Shape> shapes, DeviceProperties device);

    /// <summary>Whether an implementation is meant for these shapes and this device, if it can run.</summary>
    public virtual bool Suits(Implementation implementation, ReadOnlySpan<Shape> shapes, DeviceProperties device)
        => implementation.IsFor(device);

    /// <summary>
    /// Into how many parts an implementation cuts its work, so that the scratch of one is bounded. They are done one after the other with
    /// the same scratch, each by all kernels that are told which <c>part</c> it is; kernels that are not run once, with the first.
    /// </summary>
    public virtual int PartCount(Implementation implementation, ReadOnlySpan<Shape> shapes) => 1;

    /// <summary>One kernel of an implementation with all its arguments.</summary>
    public abstract KernelDispatch Dispatch(Implementation implementation, int kernel, ReadOnlySpan<Shape> shapes, IBufferBinding buffers);

    /// <summary>Computes outputs and saved tensors, and updates state.</summary>
    public abstract void ForwardReference<T>(IReferenceTensors<T> tensors) where T : IFloatingPointIeee754<T>;

    /// <summary>Writes those gradients that <see cref="IReferenceTensors{T}.Wants"/> asks for.</summary>
    public abstract void BackwardReference<T>(IReferenceTensors<T> tensors) where T : IFloatingPointIeee754<T>;

    /// <summary>
    /// The op that does the same to max(input, 0) as this one to the input of a role: a ReLU before it becomes part of it, and
    /// the gradient that it gives is that to the ReLU's own input. Null where there is none.
    /// </summary>
    /// <param name="role">An input.</param>
    /// <param name="how">Whether this op rectifies the input, or finds it rectified.</param>
    public virtual Op? Rectified(Role role, Rectification how) => null;

    /// <summary>
    /// The op that stores max(output, 0): a ReLU after it becomes part of it. Its backward passes stay as they are, for they
    /// are given the gradient to the ReLU's input (<see cref="Rectification.Stored"/>). Null where there is none.
    /// </summary>
    public virtual Op? WithRectifiedOutput => null;

    /// <summary>
    /// Whether the backward passes are the adjoint of the forward pass. They are not where a ReLU is divided between two ops:
    /// the first has its value, the second its derivative.
    /// </summary>
    public virtual bool IsDifferentiatedWhole => true;

    /// <summary>
    /// Whether what a pass writes may take the place of what it reads, of the same shape: each of its kernels' invocations reads
    /// an element for the last time before it writes the one in its place, and no other invocation reads that element.
    /// </summary>
    public virtual bool RunsInPlace => false;

    /// <summary>
    /// How the pixels of a tensor, rounded to 16 bits as they are, lie in a scratch tensor of packed rows; null where they do not, or share
    /// a multiple of 16 channels with those of another tensor.
    /// </summary>
    /// <param name="scratch">A scratch role.</param>
    /// <param name="packed">The role whose value or gradient is packed.</param>
    /// <param name="shapes">Shapes of all roles, in their order.</param>
    public virtual RowLayout? LayoutOf(Role scratch, Role packed, ReadOnlySpan<Shape> shapes) => null;

    /// <summary>A valid element for checks and benchmarks of a Float32 role, made from a standard normal number.</summary>
    public virtual float SampleElement(Role role, float normal) => normal;

    /// <summary>A valid element for checks and benchmarks of an integer role, made from a random word.</summary>
    /// <param name="role">The role.</param>
    /// <param name="element">The element's index.</param>
    /// <param name="random">The word.</param>
    /// <param name="shapes">Shapes of all roles, in their order.</param>
    public virtual uint SampleInteger(Role role, long element, uint random, ReadOnlySpan<Shape> shapes) => random % 2;

    /// <summary>
    /// Floating-point operations of a pass (a multiply-add counts as two), for rates and for cutting long work.
    /// The default is one for each element of the largest tensor.
    /// </summary>
    public virtual long Operations(Pass pass, ReadOnlySpan<Shape> shapes)
    {
        long largest = 1;
        foreach (Shape shape in shapes)
            largest = Math.Max(largest, shape.Length);
        return largest;
    }
}

/// <summary>The tensors of one invocation on the processor, by role.</summary>
public interface IReferenceTensors<T> where T : IFloatingPointIeee754<T>
{
    /// <summary>Value of a Float32 or Float16 role.</summary>
    Tensor<T> Value(Role role);

    /// <summary>Value of a UInt32 or UInt8 role.</summary>
    Tensor<uint> Integers(Role role);

    /// <summary>Gradient of a role.</summary>
    Tensor<T> Gradient(Role role);

    /// <summary>Whether the gradient of the role is to be written in this pass.</summary>
    bool Wants(Role role);
}
