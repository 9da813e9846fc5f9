using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Checks;

/// <summary>
/// Compares the backward reference of an op with central differences of its forward reference, in double precision:
/// for a random cotangent v and f = Σ v·y, ∂f/∂x_i against (f(x_i + h) - f(x_i - h)) / 2h.
/// </summary>
public static class GradientCheck
{
    private const double Step = 1e-4;

    /// <summary>
    /// Allowed difference between analytic and numeric gradient, relative to the larger of the tensor's largest
    /// gradient and 1: the truncation error of order h² and rounding of order 1e-16/h are both far below it.
    /// </summary>
    private const double Tolerance = 1e-6;

    /// <summary>Entries of each tensor that are compared, if it has more.</summary>
    private const int MaximumEntries = 48;

    /// <summary>Runs the check on one sample.</summary>
    /// <exception cref="ArgumentException">The op has no gradient, or not one that is the derivative of its forward pass.</exception>
    public static CheckResult Run(OpSample sample)
    {
        if (!sample.Op.Info.HasGradient)
            throw new ArgumentException($"{sample.Op.Info.Name} has no gradient to check.", nameof(sample));
        if (!sample.Op.IsDifferentiatedWhole)
            throw new ArgumentException($"The gradient of {sample.Op} is not the derivative of its forward pass.", nameof(sample));
        var subject = new SampleGraph(sample);
        using var session = new ReferenceSession<double>(subject.Graph);
        subject.WriteData(session);
        session.Run();

        (double Error, string Detail) worst = (0, "");
        (int compared, int rejected) = (0, 0);
        foreach (Role role in subject.Differentiable)
        {
            Value value = subject.Node[role];
            double[] analytic = session.Tensor(subject.Graph.GradientOf(value)!).Span.ToArray();
            double scale = Math.Max(1, analytic.Max(Math.Abs));
            foreach (int entry in Entries(analytic.Length))
            {
                double wide = Difference(session, subject, value, entry, Step);
                double narrow = Difference(session, subject, value, entry, Step / 2);
                // Next to a kink of ReLU or max-pool the two steps see different slopes: no derivative to compare with.
                if (Math.Abs(wide - narrow) > Tolerance * scale)
                {
                    rejected++;
                    continue;
                }
                compared++;
                double error = Math.Abs(analytic[entry] - narrow) / (Tolerance * scale);
                if (!(error <= worst.Error))
                    worst = (error, $"d_{role}[{entry}] is {analytic[entry]:G6}, differences give {narrow:G6}");
            }
        }
        return rejected > compared / 10 || compared == 0
            ? new CheckResult(sample.ToString(), double.PositiveInfinity, $"{rejected} of {rejected + compared} entries lie next to a kink")
            : new CheckResult(sample.ToString(), worst.Error, worst.Detail);
    }

    private static IEnumerable<int> Entries(int length) => length <= MaximumEntries
        ? Enumerable.Range(0, length)
        : Enumerable.Range(0, MaximumEntries).Select(i => new RandomStream(1, 0).Below(i, length)).Distinct();

    private static double Difference(ReferenceSession<double> session, SampleGraph subject, Value value, int entry, double step)
    {
        double original = session.Tensor(value)[entry];
        session.Tensor(value)[entry] = original + step;
        double above = Projection(session, subject);
        session.Tensor(value)[entry] = original - step;
        double below = Projection(session, subject);
        session.Tensor(value)[entry] = original;
        return (above - below) / (2 * step);
    }

    private static double Projection(ReferenceSession<double> session, SampleGraph subject)
    {
        session.Execute(subject.Graph.Invocations[0]);
        double sum = 0;
        Span<double> cotangent = session.Tensor(subject.Graph.LossGradient!).Span;
        Span<double> output = session.Tensor(subject.Node.Output).Span;
        for (int i = 0; i < output.Length; i++)
            sum += cotangent[i] * output[i];
        return sum;
    }
}
