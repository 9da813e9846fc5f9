using UNet.Tests.Device;
using UNet.Vulkan.Execution;

namespace UNet.Tests;

/// <summary>The devices on which tests of whole networks run.</summary>
internal static class Backends
{
    private const string Processor = "cpu";
    private const string Vulkan = "vulkan";

    public static IEnumerable<string> All => [Processor, Vulkan];

    public static IComputeDevice Open(string backend) => backend switch
    {
        Processor => new ReferenceDevice(),
        Vulkan => TestDevice.Open(validation: false),
        _ => throw new ArgumentOutOfRangeException(nameof(backend), backend, null),
    };
}
