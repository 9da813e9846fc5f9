using CsCheck;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>
/// Into how many runs of rows a weight gradient is split: enough for many cores, as few as that takes, and never by the batch.
/// </summary>
public class SplitRuleTests
{
    [Theory]
    [InlineData(16, 16, 568, 64)] // so many that each element of each run is a sum of its own for one of 16384 invocations
    [InlineData(64, 64, 568, 16)] // so many that 16 blocks of channels can be summed at a time
    [InlineData(128, 64, 568, 8)]
    [InlineData(128, 128, 284, 4)]
    [InlineData(256, 256, 104, 1)]
    [InlineData(1024, 512, 28, 1)]
    [InlineData(64, 64, 32, 4)] // not so short that sums of runs cost more than they bring
    [InlineData(16, 16, 8, 8)] // at most one a row
    public void RunsAreAsManyAsCoresNeed(int outputs, int inputs, int rows, int expected)
    {
        var weight = new Shape(outputs, inputs, 3, 3);
        Assert.Equal(expected, SplitRule.Splits(1, rows, weight, outputs));
        Assert.Equal(3 * expected, SplitRule.Splits(3, rows, weight, outputs));
        Assert.True(expected == 1 || expected * weight.Length <= 2_097_152, "partial sums take at most 8 MiB");
    }

    /// <summary>With tiles of 64 by 64 channels of a row of taps: two workgroups for each compute unit of a large GPU, or a few less.</summary>
    [Theory]
    [InlineData(64, 64, 568, 88)]
    [InlineData(128, 128, 280, 22)]
    [InlineData(256, 256, 136, 5)]
    [InlineData(1024, 1024, 28, 1)]
    [InlineData(16, 16, 20, 4)] // 6 would leave the biases of an image unaligned
    [InlineData(64, 64, 8, 1)] // not so short that they are not worth it
    public void RunsOfPackedRowsFillALargeGpuOnce(int outputs, int inputs, int rows, int expected)
    {
        Assert.Equal(expected, SplitRule.RowRuns(1, (long)rows * rows, outputs, inputs, kernel: 3, outputs));
        Assert.Equal(3 * expected, SplitRule.RowRuns(3, (long)rows * rows, outputs, inputs, kernel: 3, outputs));
    }

    /// <summary>A batch of large tiles is bound one image at a time, wherever its sums of biases begin.</summary>
    [Fact]
    public void SumsOfAnImageBeginWhereTheyCanBeBound()
        => (from biases in Gen.Int[1, 70] from inputs in Gen.Int[1, 130] from kernel in Gen.Int[1, 3] from rows in Gen.Int[4, 600]
            select (biases, inputs, kernel, rows)).Sample(sample =>
        {
            Shape weight = new(sample.biases, sample.inputs, sample.kernel, sample.kernel);
            foreach (int runs in new[]
            {
                SplitRule.Splits(1, sample.rows, weight, sample.biases),
                SplitRule.Runs(1, (long)sample.rows * sample.rows, weight, sample.biases),
                SplitRule.RowRuns(1, (long)sample.rows * sample.rows, sample.inputs, sample.biases, sample.kernel, sample.biases),
            })
            {
                // Fewer runs than fill 16 bytes are as good as one.
                Assert.True(runs < 4 || runs * sample.biases % 4 == 0, $"{runs} runs of {sample.biases}");
            }
        });

    [Theory]
    [InlineData(1, 9_437_184, 1)]
    [InlineData(32, 128, 1)]
    [InlineData(33, 36_864, 8)]
    [InlineData(2048, 128, 32)]
    public void TheFewerElementsTheMoreInvocationsShareTheirRuns(int runs, long elements, uint expected)
        => Assert.Equal(expected, SplitRule.LanesOf(runs, elements));
}
