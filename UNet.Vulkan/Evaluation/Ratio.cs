namespace UNet.Vulkan.Evaluation;

/// <summary>A part of a whole, kept apart so that the ratios of several images can be put together.</summary>
/// <param name="Part">Numerator.</param>
/// <param name="Whole">Denominator; 0 where there is nothing to measure.</param>
public readonly record struct Ratio(double Part, double Whole)
{
    /// <summary>The ratio as a number, NaN where there is nothing to measure.</summary>
    public double Value => Whole == 0 ? double.NaN : Part / Whole;

    /// <summary>Both together, as if they were one image.</summary>
    public static Ratio operator +(Ratio a, Ratio b) => new(a.Part + b.Part, a.Whole + b.Whole);
}
