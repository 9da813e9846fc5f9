using System.Runtime.InteropServices;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Checks;

/// <summary>
/// Checks that every tiling of an op's implementations gives the bits that the tiles by rule give, and writes nothing else. Only
/// implementations that suit the device are checked: software drivers take minutes to compile all tilings of those for GPUs.
/// </summary>
public static class TilingComparison
{
    /// <summary>Bytes before and after every tensor that stay untouched.</summary>
    private const int Guard = 1024;

    /// <summary>
    /// The declared samples of an op on which to check its tilings: the one with the most rows and the one with the most channels,
    /// in which tiles end. None where the device has no choice of tilings.
    /// </summary>
    /// <param name="op">The op.</param>
    /// <param name="device">The device to check.</param>
    public static IEnumerable<OpSample> SamplesOf(OpInfo op, DeviceProperties device)
    {
        if (!Tuned(op, device).Any())
            return [];
        OpSample[] declared = [.. OpCatalog.SamplesOf(op)];
        return new[] { declared.MaxBy(sample => OutputOf(sample).H)!, declared.MaxBy(sample => OutputOf(sample).C)! }.Distinct();

        static Shape OutputOf(OpSample sample) => new SampleGraph(sample).Node.Output.Shape;
    }

    /// <summary>Runs the check on one sample: one result for each tiling of each implementation that can run it.</summary>
    /// <param name="sample">The op and its input shapes.</param>
    /// <param name="device">The device to check.</param>
    /// <param name="createSession">Creates a session on it.</param>
    public static IEnumerable<CheckResult> Run(OpSample sample, DeviceProperties device, SessionFactory createSession)
    {
        foreach (Implementation implementation in Tuned(sample.Op.Info, device))
        {
            if (Compute(sample, implementation, null, createSession) is not { } usual)
                continue;
            foreach (Tiling tiling in implementation.Tilings)
            {
                (uint[][] actual, string? stray) = Compute(sample, implementation, tiling, createSession)!.Value;
                int different = actual.Zip(usual.Written)
                    .Sum(pair => pair.First.Zip(pair.Second).Count(words => words.First != words.Second));
                string? failure = stray ?? (different > 0 ? $"{different} elements have other bits than with the tiles by rule" : null);
                yield return new CheckResult(
                    $"{sample} ({implementation.Name} with {tiling})", failure is null ? 0 : double.PositiveInfinity, failure ?? "");
            }
        }
    }

    private static IEnumerable<Implementation> Tuned(OpInfo op, DeviceProperties device) => op.Passes
        .SelectMany(pass => pass.Implementations)
        .Where(implementation => !implementation.Tilings.IsEmpty && implementation.IsFor(device));

    /// <summary>All that the op writes, as bits; null where the implementation cannot run the sample.</summary>
    private static (uint[][] Written, string? Stray)? Compute(
        OpSample sample, Implementation implementation, Tiling? tiling, SessionFactory createSession)
    {
        SampleGraph subject = new(sample);
        bool isUsed = false;
        using Session session = createSession(subject.Graph, new PlanOptions
        {
            GuardBytes = Guard,
            Choose = (_, candidates) =>
            {
                Implementation? wanted = candidates.FirstOrDefault(candidate => ReferenceEquals(candidate, implementation));
                isUsed |= wanted is not null;
                return wanted ?? candidates[0];
            },
            Tile = (_, chosen) => ReferenceEquals(chosen, implementation) ? tiling : null,
        });
        if (!isUsed)
            return null;
        subject.WriteData(session);
        session.Run();
        return ([.. subject.Written.Select(written => Bits(session, written.Value))], session.FindStrayWrite());
    }

    private static uint[] Bits(Session session, Value value)
    {
        uint[] words = new uint[value.Shape.Length];
        if (value.Element == ElementType.Float32)
            session.Read(value, MemoryMarshal.Cast<uint, float>(words.AsSpan()));
        else
            session.Read(value, words);
        return words;
    }
}
