using System.Collections.Immutable;
using System.Collections.ObjectModel;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Planning;

/// <summary>A value and the first and last invocation that touch it.</summary>
public readonly record struct Lifetime(Value Value, int First, int Last)
{
    /// <summary>Whether both are needed at once.</summary>
    public bool Meets(Lifetime other) => First <= other.Last && other.First <= Last;

    /// <summary>The lifetime begun so many invocations earlier, and ended as many later.</summary>
    public Lifetime Extended(int invocations) => this with { First = First - invocations, Last = Last + invocations };
}

/// <summary>Bytes of one kind of value.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Bytes">Bytes of all values of that kind.</param>
public readonly record struct KindBytes(ValueKind Kind, long Bytes);

/// <summary>Where every value lies, and what sharing memory saved.</summary>
/// <param name="Ranges">Range of each value, parts of flat vectors included.</param>
/// <param name="ArenaSizes">Bytes of each arena.</param>
/// <param name="ByKind">Bytes by kind before sharing.</param>
/// <param name="BytesBefore">Bytes of all values if none shared memory.</param>
public sealed record MemoryPlan(
    IReadOnlyDictionary<Value, BufferRange> Ranges,
    ImmutableArray<long> ArenaSizes,
    ImmutableArray<KindBytes> ByKind,
    long BytesBefore)
{
    /// <summary>
    /// How far apart in the schedule invocations may be that run side by side: those of the backward passes of one convolution and the next.
    /// </summary>
    private const int Reach = 3;

    /// <summary>Bytes of all arenas.</summary>
    public long BytesAfter => ArenaSizes.Sum();

    /// <summary>Bytes of the values that are kept from run to run, and share memory with none.</summary>
    public long BytesKept => Ranges.Where(range => range.Key.IsKept && range.Key.Whole is null).Sum(range => range.Key.SizeInBytes);

    /// <summary>
    /// Places values in arenas: kept values one after the other, parameters first, which so lie in the same place whatever the tile
    /// and the device; the others, largest first, each at the lowest place that no value with a meeting lifetime occupies. On a GPU each is
    /// then moved, within these arenas, to where no value of a neighbouring invocation lies, if there is such a place.
    /// </summary>
    /// <param name="lifetimes">Whole values (no parts) with their lifetimes.</param>
    /// <param name="parts">Parts of flat vectors.</param>
    /// <param name="device">Gives the alignment and the largest arena.</param>
    /// <param name="options">Sharing and guards.</param>
    /// <param name="overwritten">
    /// Values, none of them kept, and for each the one of the same size whose place it takes, computed in place: the last
    /// invocation to touch the one is the first to touch the other.
    /// </param>
    /// <exception cref="PlanException">A value is larger than one allocation may be.</exception>
    public static MemoryPlan Create(
        IReadOnlyList<Lifetime> lifetimes, IEnumerable<Value> parts, DeviceProperties device, PlanOptions options,
        IReadOnlyDictionary<Value, Value>? overwritten = null)
    {
        long alignment = Math.Max(device.MinStorageBufferOffsetAlignment, 16);
        var arenas = new List<List<(BufferRange Range, Lifetime Lifetime)>>();
        var sizes = new List<long>();
        var ranges = new Dictionary<Value, BufferRange>();

        if (overwritten is null || !options.Alias)
            overwritten = ReadOnlyDictionary<Value, Value>.Empty;
        List<Lifetime> places = Places(lifetimes, overwritten);
        IEnumerable<Lifetime> order = places.Where(lifetime => lifetime.Value.IsKept)
            .OrderBy(lifetime => lifetime.Value.Kind != ValueKind.Parameter)
            .Concat(places.Where(lifetime => !lifetime.Value.IsKept)
                .OrderByDescending(lifetime => lifetime.Value.SizeInBytes).ThenBy(lifetime => lifetime.Value.Id));
        foreach (Lifetime lifetime in order)
        {
            long guard = RoundUp(options.GuardBytes, alignment);
            long size = RoundUp(lifetime.Value.SizeInBytes, alignment) + 2 * guard;
            if (size > device.MaxAllocationSize)
                throw TooLarge(lifetime.Value, size, device);
            bool exclusive = lifetime.Value.IsKept || !options.Alias;
            int arena = 0;
            long offset = 0;
            for (; arena < arenas.Count; arena++)
            {
                offset = LowestFit(arenas[arena], lifetime, size, exclusive);
                if (offset + size <= device.MaxAllocationSize)
                    break;
            }
            if (arena == arenas.Count)
            {
                arenas.Add([]);
                sizes.Add(0);
                offset = 0;
            }
            arenas[arena].Add((new BufferRange(arena, offset, size),
                exclusive ? lifetime with { First = int.MinValue, Last = int.MaxValue } : lifetime));
            sizes[arena] = Math.Max(sizes[arena], offset + size);
            ranges[lifetime.Value] = new BufferRange(arena, offset + guard, lifetime.Value.SizeInBytes);
        }
        if (options is { Alias: true, Overlap: true } && !device.IsSoftware)
            Spread(arenas, sizes, ranges);
        foreach (Value value in overwritten.Keys)
            ranges[value] = ranges[HolderOf(value, overwritten)];
        foreach (Value part in parts)
        {
            BufferRange whole = ranges[part.Whole!];
            ranges[part] = new BufferRange(whole.Arena, whole.Offset + part.Start * part.Element.SizeInBytes(), part.SizeInBytes);
        }
        ImmutableArray<KindBytes> byKind = [.. lifetimes.GroupBy(lifetime => lifetime.Value.Kind).OrderBy(group => group.Key)
            .Select(group => new KindBytes(group.Key, group.Sum(lifetime => lifetime.Value.SizeInBytes)))];
        return new MemoryPlan(ranges, [.. sizes], byKind, byKind.Sum(kind => kind.Bytes));
    }

    /// <summary>What is said of a tensor that no allocation holds.</summary>
    internal static PlanException TooLarge(Value value, long size, DeviceProperties device)
        => new($"The tensor {value} needs {size:N0} bytes, more than the {device.MaxAllocationSize:N0} "
            + $"that one allocation on {device.Name} may have; use a smaller --tile, --batch or --width.");

    /// <summary>
    /// Moves values away from those of neighbouring invocations, as far away as there is room for: what shares memory with a value cannot
    /// run beside what reads it.
    /// </summary>
    private static void Spread(
        List<List<(BufferRange Range, Lifetime Lifetime)>> arenas, List<long> sizes, Dictionary<Value, BufferRange> ranges)
    {
        for (int arena = 0; arena < arenas.Count; arena++)
        {
            List<(BufferRange Range, Lifetime Lifetime)> placed = arenas[arena];
            for (int i = 0; i < placed.Count; i++)
            {
                (BufferRange range, Lifetime lifetime) = placed[i];
                if (lifetime.Value.IsKept)
                    continue;
                placed.RemoveAt(i);
                for (int reach = Reach; reach > 0; reach--)
                {
                    long offset = LowestFit(placed, lifetime.Extended(reach), range.Length, exclusive: false);
                    if (offset + range.Length > sizes[arena])
                        continue;
                    ranges[lifetime.Value] = ranges[lifetime.Value] with { Offset = ranges[lifetime.Value].Offset + offset - range.Offset };
                    range = range with { Offset = offset };
                    break;
                }
                placed.Insert(i, (range, lifetime));
            }
        }
    }

    /// <summary>The value whose place a value takes in the end, or the value itself.</summary>
    private static Value HolderOf(Value value, IReadOnlyDictionary<Value, Value> overwritten)
    {
        while (overwritten.TryGetValue(value, out Value? holder))
            value = holder;
        return value;
    }

    /// <summary>The lifetimes of places: each of the values that hold it one after the other.</summary>
    private static List<Lifetime> Places(IReadOnlyList<Lifetime> lifetimes, IReadOnlyDictionary<Value, Value> overwritten)
        => [.. lifetimes.GroupBy(lifetime => HolderOf(lifetime.Value, overwritten)).Select(
            group => new Lifetime(group.Key, group.Min(lifetime => lifetime.First), group.Max(lifetime => lifetime.Last)))];

    private static long LowestFit(List<(BufferRange Range, Lifetime Lifetime)> placed, Lifetime lifetime, long size, bool exclusive)
    {
        long offset = 0;
        foreach ((BufferRange range, _) in placed.Where(other => exclusive || other.Lifetime.Meets(lifetime))
            .OrderBy(other => other.Range.Offset))
        {
            if (offset + size <= range.Offset)
                break;
            offset = Math.Max(offset, range.End);
        }
        return offset;
    }

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;
}
