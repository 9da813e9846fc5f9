using CsCheck;
using UNet.Vulkan;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Instances;
using Xunit;

namespace UNet.Tests.Inference;

public class InstanceSegmentationTests
{
    private static readonly InstanceSegmentation Everything = new() { SeedThreshold = 0.8, Neck = 0.6, MinimumSize = 0 };

    private static readonly Gen<(int Height, int Width, float[] Foreground)> AnyMap =
        from height in Gen.Int[1, 16]
        from width in Gen.Int[1, 16]
        from lowest in Gen.Int[0, 60]
        from map in Gen.Int[lowest, 100].Select(percent => percent / 100f).Array[height * width]
        select (height, width, map);

    [Fact]
    public void WithoutSeedsObjectsAreWhatIsConnectedByEdges() => Check(
        Everything with { SeedThreshold = null },
        ["99..6", "9...6", ".55..", "4.5.9"],
        ["11..2", "1...2", ".33..", "..3.4"]);

    [Fact]
    public void ALessProbableSeamSeparates() => Check(
        Everything,
        ["999969999", "999969999", "999969999", "999969999"],
        ["111112222", "111112222", "111112222", "111112222"]);

    /// <summary>The seam ends within the object: what is left of it is a neck of 2 pixels between sides that are 6 wide.</summary>
    [Fact]
    public void ANotchInTheProbabilityMakesANeck()
    {
        string[] map = ["9999996999999", "9999996999999", "9999999999999", "9999999999999", "9999996999999", "9999996999999"];
        string framed = new('.', 15);
        string[] inBackground = [framed, .. map.Select(row => $".{row}."), framed];
        Assert.Equal(2, Find(Everything, inBackground).Count);
        Assert.Equal(1, Find(Everything with { Neck = 0 }, inBackground).Count);
        Assert.Equal(1, Find(Everything with { SeedThreshold = 0.6 }, inBackground).Count);
        Assert.Equal(1, Find(Everything with { SeedThreshold = null }, inBackground).Count);
    }

    [Fact]
    public void TouchingDiscsAreCutAtTheirNeck() => Check(
        Everything,
        [".............", "..99.....99..", ".9999...9999.", ".99999999999.", ".9999...9999.", "..99.....99..", "............."],
        [".............", "..11.....22..", ".1111...2222.", ".11111112222.", ".1111...2222.", "..11.....22..", "............."]);

    [Fact]
    public void ForegroundWithoutASeedIsOneObject() => Check(
        Everything,
        ["99.666", "99.6.6", "...666"],
        ["11.222", "11.222", "...222"]);

    [Fact]
    public void SmallObjectsAreRemovedButNotBesideOthers()
    {
        InstanceSegmentation atLeastFour = new() { MinimumSize = 4 };
        // The first is too small. The last column would be a seed of three pixels.
        Check(atLeastFour, ["99.999969", "...999969", "9..999969"], ["...111111", "...111111", "...111111"]);
        // Two small seeds make one object together.
        Check(atLeastFour, ["969", "969"], ["111", "111"]);
        Check(new() { MinimumSize = 7 }, ["969", "969"], ["...", "..."]);
    }

    [Fact]
    public void HolesAreFilledWhereOneObjectSurroundsThem()
    {
        InstanceSegmentation components = Everything with { SeedThreshold = null };
        Check(components, ["99999", "9.9.9", "99999", "9999."], ["11111", "11111", "11111", "1111."]);
        // Connected to the outside by a corner.
        Check(components, ["999.", "9.9.", "99.."], ["111.", "1.1.", "11.."]);
        // Another object within; without it, a hole.
        string[] island = ["99999", "9...9", "9.9.9", "9...9", "99999"];
        Check(components, island, ["11111", "1...1", "1.2.1", "1...1", "11111"]);
        Check(components with { MinimumSize = 2 }, island, ["11111", "11111", "11111", "11111", "11111"]);
        // At the edge of the image.
        Check(components, ["9.9", "999"], ["1.1", "111"]);
        // Between two objects.
        Check(
            Everything,
            ["9999969999", "9999969999", "99999.9999", "9999969999", "9999969999"],
            ["1111112222", "1111112222", "11111.2222", "1111112222", "1111112222"]);
    }

    [Fact]
    public void NothingAndEverything()
    {
        Check(new(), ["...", "..."], ["...", "..."]);
        string[] all = [.. Enumerable.Repeat(new string('9', 8), 8)];
        Check(new(), all, [.. Enumerable.Repeat(new string('1', 8), 8)]);
    }

    [Fact]
    public void ObjectsAreNumberedWholeConnectedAndLargeEnough()
        => Gen.Select(AnyMap, Gen.Int[0, 12], Gen.Int[0, 100], Gen.Int[0, 110], Gen.Int[0, 10]).Sample((drawn, least, low, high, neck) =>
        {
            (int height, int width, float[] map) = drawn;
            InstanceSegmentation segmentation = new()
            {
                Threshold = low / 100.0,
                SeedThreshold = high > 100 ? null : Math.Max(low, high) / 100.0,
                Neck = neck / 10.0,
                MinimumSize = least,
            };
            InstanceMap objects = segmentation.Find(map, height, width);
            int[] ids = objects.Ids;
            Assert.Equal(Enumerable.Range(1, objects.Count), ids.Where(id => id > 0).Distinct());
            Assert.True(AreConnected(ids, height, width, objects.Count));
            Assert.All(ids.Where(id => id > 0).CountBy(id => id), size => Assert.True(size.Value >= least));

            // What is foreground and in a component that is large enough has a number, and what else has one lies in a hole.
            bool[] inside = [.. map.Select(value => value >= segmentation.Threshold)];
            int[] components = ConnectedComponents.Label(inside, height, width, false, Connectivity.Four, out _);
            int[] sizes = [.. Enumerable.Range(0, components.Max() + 1).Select(component => components.Count(value => value == component))];
            bool[] kept = [.. components.Select(component => component > 0 && sizes[component] >= least)];
            int[] around = ConnectedComponents.Label(kept, height, width, true, Connectivity.Eight, out _);
            HashSet<int> open = [.. Enumerable.Range(0, ids.Length)
                .Where(i => i / width == 0 || i / width == height - 1 || i % width == 0 || i % width == width - 1)
                .Select(i => around[i])];
            for (int i = 0; i < ids.Length; i++)
            {
                if (kept[i])
                    Assert.NotEqual(0, ids[i]);
                else if (open.Contains(around[i]))
                    Assert.Equal(0, ids[i]);
            }

            // Every closed part of the background touches several objects, and every filled one a single one.
            foreach (int part in around.Where(part => part > 0 && !open.Contains(part)).Distinct())
            {
                int[] pixels = [.. Enumerable.Range(0, ids.Length).Where(i => around[i] == part)];
                int[] touched = [.. pixels.SelectMany(i => new[] { i - width, i - 1, i + 1, i + width }.Where(j => kept[j]))
                    .Select(j => ids[j]).Distinct()];
                Assert.All(pixels, i => Assert.Equal(touched.Length == 1 ? touched[0] : 0, ids[i]));
            }
        }, seed: "d2HGHKYoFDTb"); // the first map: an object that is large enough until a neighbour is dropped

    [Fact]
    public void NumbersOutOfRangeAreRefused()
    {
        Refuse(new() { Threshold = -0.1 }, "probability, not -0.1");
        Refuse(new() { Threshold = double.NaN }, "probability");
        Refuse(new() { SeedThreshold = 1.5 }, "probability, not 1.5");
        Refuse(new() { Threshold = 0.9, SeedThreshold = 0.8 }, "0.8, must not be below that of instances, 0.9");
        Refuse(new() { Neck = 1.1 }, "0 to 1, not 1.1");
        Refuse(new() { MinimumSize = -1 }, "not -1");
        Assert.Throws<ArgumentException>(() => new InstanceSegmentation().Find(new float[5], 2, 3));

        static void Refuse(InstanceSegmentation segmentation, string expected)
            => Assert.Contains(
                expected, Assert.Throws<InputException>(() => segmentation.Find(new float[1], 1, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheForegroundIsAllButTheFirstClass()
        => Assert.Equal([0.75f, 0.25f], new Segmentation(3, 1, 2, [0.25f, 0.75f, 0.5f, 0.125f, 0.25f, 0.125f]).Foreground());

    private static bool AreConnected(int[] ids, int height, int width, int count)
        => Enumerable.Range(1, count).All(id =>
        {
            bool[] one = [.. ids.Select(value => value == id)];
            ConnectedComponents.Label(one, height, width, false, Connectivity.Four, out int parts);
            return parts == 1;
        });

    /// <summary>Maps are drawn with a digit for tenths and a point for 0, numbers of objects with a point for none.</summary>
    private static void Check(InstanceSegmentation segmentation, string[] map, string[] expected)
    {
        InstanceMap objects = Find(segmentation, map);
        int width = map[0].Length;
        string[] actual = [.. Enumerable.Range(0, map.Length)
            .Select(row => string.Concat(objects.Ids.Skip(row * width).Take(width).Select(id => id == 0 ? "." : $"{id}")))];
        Assert.Equal(expected, actual);
    }

    private static InstanceMap Find(InstanceSegmentation segmentation, string[] map)
        => segmentation.Find(
            [.. map.SelectMany(row => row).Select(c => c == '.' ? 0 : (c - '0') / 10f + 1e-3f)], map.Length, map[0].Length);
}
