using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Checks;

/// <summary>Creates a session for a graph, planned with the given options.</summary>
public delegate Session SessionFactory(Graph.Graph graph, PlanOptions options);

/// <summary>Compares every implementation of an op on a device with the reference on the processor.</summary>
public static class DeviceComparison
{
    /// <summary>Unit roundoff of Float32.</summary>
    private const double Roundoff = 1.0 / (1 << 24);

    /// <summary>Unit roundoff of Float16.</summary>
    private const double Float16Roundoff = 1.0 / (1 << 11);

    /// <summary>Bytes before and after every tensor that stay untouched.</summary>
    private const int Guard = 1024;

    /// <summary>
    /// Runs the check on one sample: one result for each place in the lists of implementations, and two where an
    /// implementation rounds to 16 bits: with numbers that such rounding leaves alone it must be as exact as any other.
    /// </summary>
    /// <param name="sample">The op and its input shapes.</param>
    /// <param name="createSession">Creates a session on the device to check.</param>
    /// <param name="implementation">Only where an implementation of this name runs; null checks all of them.</param>
    public static IEnumerable<CheckResult> Run(OpSample sample, SessionFactory createSession, string? implementation = null)
    {
        IEnumerable<CheckResult> results = Run(new SampleGraph(sample), createSession, implementation, RoundsOrNot);
        return sample.Op.Info.Passes.SelectMany(pass => pass.Implementations).Any(Rounds)
            ? results.Concat(Run(new SampleGraph(sample, ofFloat16: true), createSession, implementation, used => used.Any(Rounds)))
            : results;

        static bool Rounds(Implementation implementation) => implementation.Numerics.IsOf16Bits();
        static bool RoundsOrNot(IEnumerable<Implementation> used) => true;
    }

    private static IEnumerable<CheckResult> Run(
        SampleGraph subject, SessionFactory createSession, string? name, Func<IEnumerable<Implementation>, bool> isWanted)
    {
        OpSample sample = subject.Sample;
        using var reference = new ReferenceSession<double>(subject.Graph);
        subject.WriteData(reference);
        reference.Run();

        HashSet<string> seen = [];
        int most = sample.Op.Info.Passes.Max(pass => pass.Implementations.Length);
        for (int index = 0; index < most; index++)
        {
            int wanted = index;
            Dictionary<Pass, Implementation> used = [];
            var options = new PlanOptions
            {
                GuardBytes = Guard,
                Choose = (invocation, candidates) =>
                {
                    Implementation chosen = candidates.Last(candidate
                        => candidate.Index <= wanted && (name is null || candidate.Index == 0 || candidate.Name == name));
                    used.Add(invocation.Pass, chosen);
                    return chosen;
                },
            };
            using Session device = createSession(subject.Graph, options);
            string implementations = string.Join("; ", used.Select(
                pair => $"{pair.Key.Name}: {(pair.Value.Name.Length == 0 ? "plain" : pair.Value.Name)}"));
            if (subject.IsOfFloat16)
                implementations += "; numbers of 16 bits";
            if (!seen.Add(implementations) || !isWanted(used.Values)
                || (name is not null && used.Values.All(chosen => chosen.Name != name)))
                continue;
            subject.WriteData(device);
            device.Run();
            yield return device.FindStrayWrite() is { } stray
                ? new CheckResult($"{sample} ({implementations})", double.PositiveInfinity, stray)
                : Compare($"{sample} ({implementations})", subject, used, device, reference);
        }
    }

    private static CheckResult Compare(
        string name, SampleGraph subject, Dictionary<Pass, Implementation> used, Session device, ReferenceSession<double> reference)
    {
        (double Error, string Detail) worst = (0, "");
        foreach ((Value value, Invocation invocation) in subject.Written)
        {
            if (value.Element != ElementType.Float32)
            {
                uint[] integers = new uint[value.Shape.Length];
                device.Read(value, integers);
                int equal = integers.AsSpan().CommonPrefixLength(reference.Integers(value).Span);
                if (equal < integers.Length)
                    return new CheckResult(name, double.PositiveInfinity,
                        $"{value.Name}[{equal}] is {integers[equal]}, not {reference.Integers(value)[equal]}");
                continue;
            }
            float[] actual = device.ReadAll(value);
            double[] expected = reference.Tensor(value).Span.ToArray();
            bool rounds = !subject.IsOfFloat16 && used[invocation.Pass].Numerics.IsOf16Bits();
            double allowed = Allowed(invocation, value, expected.Max(Math.Abs), rounds ? Float16Roundoff : Roundoff);
            for (int i = 0; i < actual.Length; i++)
            {
                double error = Math.Abs(actual[i] - expected[i]) / allowed;
                if (!(error <= worst.Error)) // also where it is NaN
                    worst = (double.IsNaN(error) ? double.PositiveInfinity : error,
                        $"{value.Name}[{i}] is {actual[i]:G8}, not {expected[i]:G8}");
            }
        }
        return new CheckResult(name, worst.Error, worst.Detail);
    }

    /// <summary>
    /// A sum of n products in any order is wrong by at most about n roundoffs of the sum of their magnitudes (Higham,
    /// "Accuracy and stability of numerical algorithms", §4.2), usually by √n. Allowed are 4·(√n + 8) roundoffs of the
    /// tensor's largest element (at least 1), where n is the number of multiply-adds for each element.
    /// </summary>
    private static double Allowed(Invocation invocation, Value value, double largest, double roundoff)
    {
        double terms = invocation.Node.Op.Operations(invocation.Pass, invocation.Node.Shapes) / (2.0 * value.Shape.Length);
        return 4 * (Math.Sqrt(terms) + 8) * roundoff * Math.Max(1, largest);
    }
}
