using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

/// <summary>Between two validations, training takes nothing from the managed heap.</summary>
public sealed class StepAllocationTests
{
    private const int Steps = 40;
    private const int FirstMeasured = Steps / 4;

    public static TheoryData<Augmentation, Optimizer, long?, PlaceSampling> Ways => new()
    {
        { Augmentation.None, Optimizer.Sgd, null, PlaceSampling.Uniform },
        { Augmentation.Flips, Optimizer.AdamW, null, PlaceSampling.Weight },
        { Augmentation.Paper, Optimizer.Sgd, null, PlaceSampling.Uniform },
        { Augmentation.Flips, Optimizer.Sgd, 0, PlaceSampling.Uniform },
        { Augmentation.Paper, Optimizer.Sgd, 0, PlaceSampling.Uniform },
    };

    /// <summary>Data resident and streamed, images whole and in windows, every kind of prologue.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void ASteadyStepAllocatesNothing(Augmentation augmentation, Optimizer optimizer, long? residentBytes, PlaceSampling sampling)
    {
        TrainingConfiguration configuration = TrainingExamples.Configuration with
        {
            Augmentation = augmentation, Optimizer = optimizer, Sampling = sampling, Steps = Steps, ValidationInterval = Steps,
        };
        // A device of its own: to wait for a lock that another test holds takes memory the first time.
        using VulkanDevice device = TestDevice.Open(validation: false);
        long[] allocated = new long[Steps + 1];
        // The first run compiles whatever a step needs.
        for (int run = 0; run < 2; run++)
        {
            using Trainer trainer = new(configuration, TrainingExamples.Data, device, residentBytes: residentBytes);
            trainer.Run(
                progress: report => allocated[report.Step] = report.Step == FirstMeasured ? AllocatedBytes.Start() : AllocatedBytes.SoFar,
                cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, allocated[Steps - 2] - allocated[FirstMeasured]);
    }
}
