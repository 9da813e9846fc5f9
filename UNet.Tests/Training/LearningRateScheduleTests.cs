using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class LearningRateScheduleTests
{
    [Fact]
    public void RisesLinearlyThenFallsAlongHalfACosine()
    {
        LearningRateSchedule schedule = new(new TrainingConfiguration { LearningRate = 1, WarmUpSteps = 100, Steps = 1100 });
        Assert.Equal(0.01, schedule.At(0), 12);
        Assert.Equal(0.5, schedule.At(49), 12);
        Assert.Equal(1, schedule.At(99), 12);
        Assert.Equal(1, schedule.At(100), 12);
        Assert.Equal(0.5, schedule.At(600), 12);
        Assert.InRange(schedule.At(1099), 0, 1e-5);
        for (int step = 101; step < 1100; step++)
            Assert.True(schedule.At(step) < schedule.At(step - 1));
    }

    [Fact]
    public void AConstantRateStaysAfterTheWarmUp()
    {
        LearningRateSchedule schedule = new(
            new TrainingConfiguration { LearningRate = 0.1, WarmUpSteps = 0, Decay = LearningRateDecay.Constant });
        Assert.Equal(0.1, schedule.At(0));
        Assert.Equal(0.1, schedule.At(3999));
    }

    [Fact]
    public void AShortRunWarmsUpOverAQuarterOfItsSteps()
        => Assert.Equal(1, new LearningRateSchedule(new TrainingConfiguration { LearningRate = 1, Steps = 40 }).At(9), 12);
}
