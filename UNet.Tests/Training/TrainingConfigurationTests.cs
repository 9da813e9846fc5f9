using UNet.Vulkan.Formats;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class TrainingConfigurationTests
{
    [Fact]
    public void EveryWeightMapAndItsNumbersAreKeptInAState()
    {
        TrainingConfiguration start = TrainingExamples.Configuration;
        RoundTrip(start);
        RoundTrip(start with { WeightMap = WeightMap.Balance });
        RoundTrip(start with { WeightMap = WeightMap.Falk, Sampling = PlaceSampling.Weight });
        RoundTrip(start with
        {
            WeightMap = WeightMap.Paper,
            WeightMapParameters = new() { SeparationWeight = 0.1, SeparationSigma = 7, ClassBalance = false },
        });

        static void RoundTrip(TrainingConfiguration configuration)
        {
            string json = JsonText.Write(writer => TrainingConfigurationJson.Write(writer, configuration));
            TrainingConfiguration read = JsonText.Read(json, "state", TrainingConfigurationJson.Read);
            Assert.Equal(configuration, read with { Network = configuration.Network });
        }
    }

    /// <summary>Written when balancing was all that could be chosen.</summary>
    [Theory]
    [InlineData("true", WeightMap.Balance)]
    [InlineData("false", WeightMap.None)]
    public void OlderStatesAreRead(string balance, WeightMap expected)
    {
        string json = $$"""
            {"tile":26,"batch":2,"steps":24,"learning_rate":0.05,"momentum":0.9,"warm_up_steps":4,"decay":"cosine",
            "maximum_gradient_norm":1,"augmentation":"flips","balance_classes":{{balance}},"seed":7,"validation_interval":8}
            """;
        TrainingConfiguration configuration = JsonText.Read(json, "state", TrainingConfigurationJson.Read);
        TrainingConfiguration today = TrainingExamples.Configuration with { Network = configuration.Network, WeightMap = expected };
        Assert.Equal(today, configuration);
    }
}
