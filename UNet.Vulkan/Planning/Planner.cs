using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// From a graph's schedule to an execution plan: picks implementations, adds their scratch, leaves out what was packed before, places
/// everything in memory, binds batches one image at a time where a tensor is larger than one binding, and sets barriers. Pure functions.
/// </summary>
public static class Planner
{
    /// <summary>Plans a graph for a device.</summary>
    /// <exception cref="PlanException">A tensor does not fit the device's limits; the message names it and the remedy.</exception>
    public static ExecutionPlan Plan(Graph.Graph graph, DeviceProperties device, PlanOptions? options = null)
    {
        options ??= new PlanOptions();
        PlannedInvocation[] invocations = [.. ScheduleOf(graph, device, options).Select(invocation => Choose(invocation, device, options))];
        if (options.Fuse)
            invocations = SingleRuns.Apply(invocations);
        if (options.SharePacking)
            invocations = SharedPacking.Apply(invocations, options.Recompute);
        if (options.StoreRows)
            invocations = EarlyPacking.Apply(StoredRows.Apply(invocations, device));
        PlannedInvocation[] preparation = [];
        if (options.KeepPacked)
            (invocations, preparation) = KeptPacking.Apply(invocations);
        Dictionary<Value, Lifetime> lifetimes = Lifetimes(graph, invocations);
        MemoryPlan memory = MemoryPlan.Create(
            [.. lifetimes.Values], graph.Values.Where(value => value.Whole is not null), device, options,
            Overwritten(invocations, lifetimes));
        return new ExecutionPlan(memory, Levels(invocations))
        {
            Preparation = Levels(preparation),
            Prepared = [.. preparation.SelectMany(planned => planned.Touched(BufferAccess.Read)).Select(value => value.Whole ?? value)],
        };

        ImmutableArray<ImmutableArray<PlannedDispatch>> Levels(PlannedInvocation[] planned)
            => BarrierPlan.Create(
                planned.SelectMany(invocation => Working([.. Dispatches(invocation, memory.Ranges, device)])),
                levelsUp: options.Overlap && !device.IsSoftware ? 1 : 0);
    }

    /// <summary>
    /// The implementations that may be taken: they run on the device and suit it, and are all of one numerics class, the first of those
    /// that the rule says which has any.
    /// </summary>
    public static IReadOnlyList<Implementation> Candidates(Invocation invocation, DeviceProperties device, NumericsRule numerics)
    {
        Shape[] shapes = invocation.Node.Shapes;
        Implementation[] suitable = [.. Supported(invocation, device)
            .Where(implementation => invocation.Node.Op.Suits(implementation, shapes, device))];
        NumericsClass wanted = numerics.Classes.First(candidate => suitable.Any(implementation => implementation.Numerics == candidate));
        return [.. suitable.Where(implementation => implementation.Numerics == wanted)];
    }

    /// <summary>
    /// All implementations that can run on the invocation's shapes and the device, whatever they suit, and that store their results where
    /// they belong.
    /// </summary>
    public static IEnumerable<Implementation> Supported(Invocation invocation, DeviceProperties device)
    {
        Shape[] shapes = invocation.Node.Shapes;
        return invocation.Pass.Implementations.Where(
            implementation => implementation is { IsEmbedded: true, Like: null }
                && invocation.Node.Op.Supports(implementation, shapes, device));
    }

    /// <summary>What a plan executes: the graph's invocations, rewritten as the options say.</summary>
    public static IReadOnlyList<Invocation> ScheduleOf(Graph.Graph graph, DeviceProperties device, PlanOptions options)
    {
        IReadOnlyList<Invocation> schedule = options.Fuse
            ? Fusion.Apply(graph, invocation => ImplementationOf(invocation, device, options))
            : graph.Invocations;
        return options.Recompute ? Recomputation.Apply(schedule) : schedule;
    }

    /// <summary>The implementation that a plan takes for an invocation.</summary>
    public static Implementation ImplementationOf(Invocation invocation, DeviceProperties device, PlanOptions options)
        => options.Choose?.Invoke(invocation, [.. Supported(invocation, device)])
            ?? Candidates(invocation, device, options.Numerics)[^1];

    private static PlannedInvocation Choose(Invocation invocation, DeviceProperties device, PlanOptions options)
    {
        Implementation implementation = ImplementationOf(invocation, device, options);
        RequireAllocations(invocation, implementation, device);
        return Planned(invocation, implementation, options.Tile?.Invoke(invocation, implementation));
    }

    /// <summary>
    /// Refuses a tensor of which no allocation holds the half, which is what the rows of 16 bits take that may yet be stored in its place:
    /// the sizes of its scratch and its grids may be more than their numbers can say.
    /// </summary>
    private static void RequireAllocations(Invocation invocation, Implementation implementation, DeviceProperties device)
    {
        foreach (Role role in implementation.Kernels.SelectMany(kernel => kernel.Uses).Select(use => use.Role))
        {
            if (invocation.Node.Values[role.Index] is { } value && value.SizeInBytes / 2 > device.MaxAllocationSize)
                throw MemoryPlan.TooLarge(value, value.SizeInBytes, device);
        }
    }

    /// <summary>The invocation with scratch of its own.</summary>
    internal static PlannedInvocation Planned(Invocation invocation, Implementation implementation, Tiling? tiling)
    {
        Node node = invocation.Node;
        Shape[] shapes = node.Shapes;
        ImmutableArray<Value?> values = [.. node.Op.Info.Roles.Select(role =>
            role.Kind == RoleKind.Scratch && implementation.Scratch.Contains(role)
                ? new Value(-1, $"{invocation} {role}", node.Op.ScratchShape(role, shapes), role.Element, ValueKind.Scratch)
                : node.Values[role.Index])];
        return new PlannedInvocation(invocation, implementation, tiling, values);
    }

    /// <summary>Of kept values from the first invocation to the last, of all others as long as kernels that run touch them.</summary>
    private static Dictionary<Value, Lifetime> Lifetimes(Graph.Graph graph, PlannedInvocation[] invocations)
    {
        var lifetimes = new Dictionary<Value, Lifetime>();
        foreach (Value value in graph.Values.Where(value => value.Whole is null && value.IsKept))
            lifetimes[value] = new Lifetime(value, 0, invocations.Length);
        for (int i = 0; i < invocations.Length; i++)
        {
            foreach (Value touched in invocations[i].Touched(BufferAccess.ReadWrite))
            {
                Value value = touched.Whole ?? touched;
                lifetimes[value] = lifetimes.TryGetValue(value, out Lifetime known)
                    ? known with { Last = Math.Max(known.Last, i) }
                    : new Lifetime(value, i, i);
            }
        }
        return lifetimes;
    }

    /// <summary>What can be computed in place: values, each with the one that nobody needs once it is written.</summary>
    private static Dictionary<Value, Value> Overwritten(PlannedInvocation[] invocations, Dictionary<Value, Lifetime> lifetimes)
    {
        var overwritten = new Dictionary<Value, Value>();
        for (int i = 0; i < invocations.Length; i++)
        {
            Invocation invocation = invocations[i].Invocation;
            if (!invocation.Node.Op.RunsInPlace)
                continue;
            foreach (Value written in invocation.Writes
                .Where(value => !value.IsKept && lifetimes.TryGetValue(value, out Lifetime lifetime) && lifetime.First == i))
            {
                Value? read = invocations[i].Touched(BufferAccess.Read).FirstOrDefault(value => !value.IsKept && lifetimes[value].Last == i
                    && value.Kind != ValueKind.Scratch && (value.Shape, value.Element) == (written.Shape, written.Element)
                    && !overwritten.ContainsValue(value));
                if (read is not null)
                    overwritten.Add(written, read);
            }
        }
        return overwritten;
    }

    /// <summary>The dispatches of an invocation that have something to do, with the operations of all.</summary>
    private static IEnumerable<PlannedDispatch> Working(PlannedDispatch[] all)
    {
        PlannedDispatch[] working = [.. all.Where(planned => planned.Dispatch.Groups.Total > 0)];
        double counted = all.Sum(planned => (double)planned.Operations), left = working.Sum(planned => (double)planned.Operations);
        return left == counted
            ? working
            : working.Select(planned => planned with { Operations = (long)(planned.Operations / left * counted) });
    }

    private static IEnumerable<PlannedDispatch> Dispatches(
        PlannedInvocation planned, IReadOnlyDictionary<Value, BufferRange> ranges, DeviceProperties device)
    {
        int parts = planned.Invocation.Node.Op.PartCount(planned.Implementation, planned.Shapes);
        for (int part = 0; part < parts; part++)
        {
            foreach (int kernel in planned.Kernels)
            {
                bool runsInParts = planned.Implementation.Kernels[kernel].RunsInParts;
                if (part > 0 && !runsInParts)
                    continue;
                foreach (PlannedDispatch dispatch in Dispatches(planned, kernel, part, runsInParts ? parts : 1, ranges, device))
                    yield return dispatch;
            }
        }
    }

    private static IEnumerable<PlannedDispatch> Dispatches(
        PlannedInvocation planned, int kernel, int part, int parts, IReadOnlyDictionary<Value, BufferRange> ranges, DeviceProperties device)
    {
        Op op = planned.Invocation.Node.Op;
        long operations = planned.PacksAlone
            ? 0
            : op.Operations(planned.Invocation.Pass, planned.Shapes) / planned.Kernels.Length / parts;
        var whole = new Binding(planned, ranges, part, Image: -1, Images: 1, device);
        KernelDispatch dispatch = op.Dispatch(planned.Implementation, kernel, planned.Shapes, whole);
        int images = HasRoom(dispatch.Groups, device) && dispatch.Buffers.All(range => range.Length <= device.MaxStorageBufferRange)
            ? 1
            : BatchOf(planned, planned.Implementation.Kernels[kernel]);
        if (images == 1)
        {
            RequireFit(dispatch, planned, kernel, images, device);
            yield return new PlannedDispatch(dispatch, planned.Invocation.ToString(), operations);
            yield break;
        }
        Shape[] shapes = [.. planned.Invocation.Node.Op.Info.Roles.Select((role, index) =>
            role.PerImage && planned.Shapes[index].Rank == 4
                ? planned.Shapes[index].WithImages(planned.Shapes[index].N / images)
                : planned.Shapes[index])];
        RequireShares(planned, planned.Implementation.Kernels[kernel], shapes, images);
        for (int image = 0; image < images; image++)
        {
            KernelDispatch one = op.Dispatch(
                planned.Implementation, kernel, shapes, new Binding(planned, ranges, part, image, images, device));
            RequireFit(one, planned, kernel, images, device);
            yield return new PlannedDispatch(one, planned.Invocation.ToString(), operations / images);
        }
    }

    /// <summary>Images of the batch, where the kernel can run on one image at a time; else 1.</summary>
    private static int BatchOf(PlannedInvocation planned, KernelUse kernel)
    {
        RoleUse[] perImage = [.. kernel.Uses.Where(use => CountsImages(use.Role, planned.Values[use.Role.Index]!))];
        // A kernel that writes something common to all images would see only the last one's part of it, unless it adds to what is there.
        bool overwritesCommon = kernel.Uses.Except(perImage).Any(use => use.Access.HasFlag(BufferAccess.Write)
            && !(kernel.KnowsFirstImage && use.Access.HasFlag(BufferAccess.Read)));
        if (perImage.Length == 0 || overwritesCommon)
            return 1;
        IEnumerable<Role> used = perImage.Select(use => use.Role).Where(role => role.Kind != RoleKind.Scratch);
        IEnumerable<Role> all = planned.Invocation.Node.Op.Info.Roles.Where(role => planned.Values[role.Index] is { } value
            && role.Kind != RoleKind.Scratch && CountsImages(role, value));
        return (used.Any() ? used : all).Select(role => planned.Values[role.Index]!.Shape.N).DefaultIfEmpty(1).Min();
    }

    /// <summary>What is kept of one image has to be a batch's share, or images would write over each other's.</summary>
    private static void RequireShares(PlannedInvocation planned, KernelUse kernel, Shape[] shapes, int images)
    {
        foreach (Role role in kernel.Uses.Select(use => use.Role).Where(role => role is { Kind: RoleKind.Scratch, PerImage: true }))
        {
            Shape whole = planned.Values[role.Index]!.Shape;
            Shape one = role.IsResult ? whole.WithImages(whole.N / images) : planned.Invocation.Node.Op.ScratchShape(role, shapes);
            if (whole.Length != images * one.Length)
                throw new InvalidOperationException(
                    $"{planned.Invocation}: {role} is {whole} for {images} images, and {one} for one of them.");
        }
    }

    private static bool CountsImages(Role role, Value value) => role.PerImage && (role.Kind == RoleKind.Scratch || value.Shape.Rank == 4);

    private static void RequireFit(KernelDispatch dispatch, PlannedInvocation planned, int kernel, int images, DeviceProperties device)
    {
        if (dispatch.Buffers.Any(range => range.Offset % device.MinStorageBufferOffsetAlignment != 0))
        {
            throw new PlanException($"{planned.Invocation} must be bound one image at a time on {device.Name}, but its images do not "
                + $"start at multiples of {device.MinStorageBufferOffsetAlignment} bytes; use a smaller --batch.");
        }
        WorkgroupCount groups = dispatch.Groups;
        if (!HasRoom(groups, device))
        {
            throw new PlanException($"{planned.Invocation} needs {groups.X} x {groups.Y} x {groups.Z} workgroups, "
                + $"more than {device.Name} allows; use a smaller --tile or --batch.");
        }
        int tooLarge = dispatch.Buffers.ToList().FindIndex(range => range.Length > device.MaxStorageBufferRange);
        if (tooLarge < 0)
            return;
        Value value = planned.ValueOf(planned.Implementation.Kernels[kernel].Uses[tooLarge]);
        throw new PlanException($"{(images > 1 ? "One image of the tensor" : "The tensor")} {value} needs "
            + $"{dispatch.Buffers[tooLarge].Length:N0} bytes, but {device.Name} binds at most "
            + $"{device.MaxStorageBufferRange:N0}; use a smaller --tile, --batch or --width.");
    }

    private static bool HasRoom(WorkgroupCount groups, DeviceProperties device)
        => groups.X <= device.MaxWorkgroupCountX && groups.Y <= device.MaxWorkgroupCountY && groups.Z <= device.MaxWorkgroupCountZ;

    /// <summary>Ranges of an invocation's values: whole, or one image's part of those that count images.</summary>
    private sealed record Binding(
        PlannedInvocation Planned, IReadOnlyDictionary<Value, BufferRange> Ranges, int Part, int Image, int Images, DeviceProperties Device)
        : IBufferBinding
    {
        public int FirstImage => Math.Max(Image, 0);

        public int SubgroupSize => Device.SubgroupSize;

        public int MatrixSize => Device.MatrixSize;

        public NumericsClass Numerics => Planned.Implementation.Numerics;

        public Tiling? Tiling => Planned.Tiling;

        public ResultRows? Result => Planned.Result is { } result
            ? result with { Rows = result.Rows.WithImages(result.Rows.N / Images) }
            : null;

        public BufferRange Value(Role role) => RangeOf(role, Planned.Values[role.Index]!);

        public BufferRange Gradient(Role role) => RangeOf(role, Planned.Invocation.Gradients[role.Index]!);

        private BufferRange RangeOf(Role role, Value value)
        {
            BufferRange range = Ranges[value];
            if (Image < 0 || !CountsImages(role, value))
                return range;
            long part = range.Length / Images;
            return new BufferRange(range.Arena, range.Offset + Image * part, part);
        }
    }
}
