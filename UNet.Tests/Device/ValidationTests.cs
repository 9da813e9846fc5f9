using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;
using Xunit;

namespace UNet.Tests.Device;

public sealed class ValidationTests
{
    [Fact]
    public void ASessionGivesNoMessage()
    {
        using VulkanDevice device = TestDevice.Open(validation: true);
        var plan = new ReluPlan();
        Value images = plan.Add("images", 4000);
        Value x = plan.Add("x", 1000);
        Value step = plan.Add("step", 4, element: ElementType.UInt32);
        Value y = plan.Add("y", 1000, ValueKind.Activation, keep: true);
        Value z = plan.Add("z", 1000, ValueKind.Activation, keep: true);
        Value w = plan.Add("w", 1000, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y).Level().Relu(y, z).Relu(y, w);
        using PreparedMemory memory = PreparedMemory.Begin(ImmutableDictionary<string, BufferRange>.Empty, (_, _, _) => { })!;
        VulkanSessionOptions[] all = [new(), new() { ForcedRate = 20_000 }, new() { AsHardware = true }, new() { Memory = memory }];
        foreach (VulkanSessionOptions options in all)
        {
            using var session = new VulkanSession(device, plan.Build(), step, [z, w], options);
            session.Write(images, new float[4000]);
            for (int i = 0; i < 3; i++)
                session.Run([1, 2, 3, 4], [new(images, 1000, x, 0, 500), new(images, 0, x, 400, 500)], new float[2000]);
            session.RunTimed();
            session.ReadAll(w);
        }
        // The layer also reports, when the device is closed, whatever was not freed.
        device.Dispose();
        Assert.Empty(device.ValidationMessages);
    }

    [Fact]
    public void AMissingBarrierIsReported()
    {
        using VulkanDevice device = TestDevice.Open(validation: true);
        var plan = new ReluPlan();
        Value x = plan.Add("x", 1000);
        Value y = plan.Add("y", 1000, ValueKind.Activation, keep: true);
        Value z = plan.Add("z", 1000, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y).Relu(y, z);
        using var session = new VulkanSession(device, plan.Build());
        Assert.Contains(device.ValidationMessages, message => message.Contains("SYNC-HAZARD-READ", StringComparison.Ordinal));
    }
}
