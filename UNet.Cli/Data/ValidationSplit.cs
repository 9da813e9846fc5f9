using System.Globalization;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>Which images are held out from training: the last ones of the data set, or those of another folder.</summary>
/// <param name="Fraction">Share of the data set, 0 or more and below 1; not used where there is a folder.</param>
/// <param name="Folder">Another data set, or null.</param>
/// <param name="IsDefault">The user did not ask for it.</param>
internal sealed record ValidationSplit(decimal Fraction, string? Folder, bool IsDefault = false)
{
    /// <summary>The last fifth.</summary>
    public static ValidationSplit Default { get; } = new(0.2m, null, IsDefault: true);

    /// <summary>Reads a share such as <c>0.2</c>, or the path of a folder.</summary>
    /// <exception cref="InputException">It is a number out of range.</exception>
    public static ValidationSplit Parse(string text)
    {
        // Decimal, so that 0.07 of 100 images are 7 and not 7.000000000000001.
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal fraction))
            return new(0, text);
        return fraction is >= 0 and < 1
            ? new(fraction, null)
            : throw new InputException($"--validation takes a share from 0 to below 1, or a folder, not '{text}'.");
    }

    /// <summary>How many of <paramref name="count"/> images are held out: the fraction of them, rounded up.</summary>
    /// <exception cref="InputException">None would be left to train on.</exception>
    public int HeldOut(int count)
    {
        int heldOut = (int)decimal.Ceiling(Fraction * count);
        if (heldOut < count)
            return heldOut;
        return IsDefault
            ? 0
            : throw new InputException(
                $"--validation {Fraction} holds out all {count} images, so none is left to train on; give a smaller share or more "
                    + "images.");
    }
}
