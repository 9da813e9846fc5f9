using System.Collections.Immutable;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Rewrites a schedule so that activations need not be kept for the backward passes (Chen et al. 2016, arXiv:1604.06174): where one
/// that is no checkpoint is read there, what made it is run again right before, from checkpoints and what was made again before.
/// The results keep their bits.
/// </summary>
internal static class Recomputation
{
    /// <summary>The schedule with forward passes that are run again; the schedule itself where there are no backward passes.</summary>
    public static IReadOnlyList<Invocation> Apply(IReadOnlyList<Invocation> schedule)
    {
        int forward = schedule.TakeWhile(invocation => invocation.Pass.IsForward).Count();
        if (forward == schedule.Count)
            return schedule;
        Dictionary<Value, Invocation> sources = [];
        HashSet<Value> readForward = [.. schedule.Take(forward).SelectMany(invocation => invocation.Reads)];
        foreach (Invocation invocation in schedule.Take(forward).Where(invocation => invocation.Node.Op.Info.HasGradient))
        {
            // Where only a backward pass reads what it writes, it is of another kind: it was computed for that.
            if (invocation.Writes.All(value => !value.IsKept && !value.IsCheckpoint) && invocation.Writes.Any(readForward.Contains))
            {
                foreach (Value value in invocation.Writes)
                    sources[value] = invocation;
            }
        }

        List<Invocation> rewritten = [.. schedule.Take(forward)];
        Dictionary<Value, Value> again = [];
        foreach (Invocation invocation in schedule.Skip(forward))
        {
            foreach (Value value in invocation.Reads)
                Recompute(value);
            rewritten.Add(invocation with { Node = Substituted(invocation.Node, invocation.Node.Name) });
        }
        return rewritten;

        void Recompute(Value value)
        {
            if (again.ContainsKey(value) || !sources.TryGetValue(value, out Invocation? source))
                return;
            foreach (Value read in source.Reads)
                Recompute(read);
            foreach (Value written in source.Writes)
                again[written] = new Value(-1, $"{written.Name} again", written.Shape, written.Element, written.Kind);
            rewritten.Add(source with { Node = Substituted(source.Node, $"{source.Node.Name} again") });
        }

        Node Substituted(Node node, string name)
            => new(name, node.Op, [.. node.Values.Select(value => value is null ? null : again.GetValueOrDefault(value, value))]);
    }
}
