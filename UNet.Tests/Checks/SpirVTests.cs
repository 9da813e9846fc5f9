using UNet.Shaders;
using Xunit;

namespace UNet.Tests.Checks;

/// <summary>
/// What the compiled kernels declare must be among what the generator read from their text. (The optimizer removes what
/// a kernel does not use, so the converse does not hold.)
/// </summary>
public class SpirVTests
{
    public static TheoryData<string> Kernels => [.. KernelCatalog.All.Where(kernel => kernel.IsEmbedded).Select(kernel => kernel.Name)];

    [Fact]
    public void OnlyKernelsForMatrixUnitsMayBeLeftOut()
        => Assert.All(
            KernelCatalog.All.Where(kernel => !kernel.IsEmbedded),
            kernel => Assert.EndsWith("_matrix", kernel.Name, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void DeclarationsAreThoseOfTheGenerator(string name)
    {
        KernelInfo kernel = KernelCatalog.All.Single(candidate => candidate.Name == name);
        SpirVModule module = SpirVModule.Parse(kernel.LoadSpirV());

        Assert.Equal((kernel.LocalSize.X, kernel.LocalSize.Y, kernel.LocalSize.Z), module.LocalSize);
        Assert.Subset(
            kernel.Buffers.Where(buffer => buffer.Form == BufferForm.Storage).Select(buffer => buffer.Binding).ToHashSet(),
            module.Bindings);
        Assert.Subset(kernel.Constants.Select(constant => constant.Id).ToHashSet(), module.ConstantIds);
        Assert.Subset(kernel.PushMembers.Select(member => member.Offset).ToHashSet(), module.PushOffsets);
        Assert.True(module.Bindings.Count + module.PushOffsets.Count > 0, "The kernel declares nothing.");
        foreach (KernelBuffer buffer in kernel.Buffers.Where(buffer => module.WrittenBindings.Contains(buffer.Binding)))
            Assert.True(
                buffer.Access.HasFlag(BufferAccess.Write), $"{buffer.Name} is written, but the generator has it as {buffer.Access}.");
    }

    /// <summary>
    /// Long dispatches are cut, and each piece has a count of its own: extents of tensors say how many workgroups there are.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void NoKernelAsksHowManyWorkgroupsThereAre(string name)
    {
        const int NumWorkgroups = 24;
        SpirVModule module = SpirVModule.Parse(KernelCatalog.All.Single(candidate => candidate.Name == name).LoadSpirV());
        Assert.NotEmpty(module.BuiltIns);
        Assert.DoesNotContain(NumWorkgroups, module.BuiltIns);
    }

    /// <summary>What comes to this list must be switched on when a device is opened.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void KernelsUseOnlyWhatIsSwitchedOn(string name)
    {
        const int Shader = 1;
        const int Float16 = 9;
        const int Int64 = 11;
        const int GroupNonUniform = 61;
        const int GroupNonUniformBallot = 64;
        const int VulkanMemoryModel = 5345;
        const int PhysicalStorageBufferAddresses = 5347;
        const int CooperativeMatrix = 6022;
        SpirVModule module = SpirVModule.Parse(KernelCatalog.All.Single(candidate => candidate.Name == name).LoadSpirV());
        HashSet<int> known =
        [
            Shader, Float16, Int64, GroupNonUniform, GroupNonUniformBallot, VulkanMemoryModel, PhysicalStorageBufferAddresses,
            CooperativeMatrix,
        ];
        Assert.Subset(known, module.Capabilities);
    }
}
