using System.Collections.Immutable;

namespace UNet.Vulkan.Inference;

/// <summary>In which orientations an image is segmented; the probabilities are averaged.</summary>
public enum TestTimeAugmentation
{
    /// <summary>As it is, once.</summary>
    None,

    /// <summary>As it is, flipped along each axis, and along both: four times.</summary>
    Flips,

    /// <summary>
    /// "Mean over 7 rotated versions of the input" (Ronneberger et al. 2015, section 4), which does not say which seven. Here:
    /// of the eight turns and reflections that move pixels onto pixels, so that nothing is interpolated, all four quarter
    /// turns, both flips and the reflection at the main diagonal. Only the reflection at the other diagonal is left out.
    /// </summary>
    Paper,
}

/// <summary>The orientations of each kind of <see cref="TestTimeAugmentation"/>.</summary>
public static class TestTimeOrientations
{
    /// <summary>The orientations to average over; the first is the image as it is.</summary>
    public static ImmutableArray<Orientation> Orientations(this TestTimeAugmentation augmentation)
    {
        int count = augmentation switch
        {
            TestTimeAugmentation.None => 1,
            TestTimeAugmentation.Flips => 4,
            TestTimeAugmentation.Paper => 7,
            _ => throw new ArgumentOutOfRangeException(nameof(augmentation), augmentation, "There is no such augmentation."),
        };
        return [.. Enumerable.Range(0, count).Select(index => new Orientation(index))];
    }
}
