namespace UNet.Vulkan.Checks;

/// <summary>The outcome of one check of one op.</summary>
/// <param name="Subject">What was checked, such as the op's sample and the implementation.</param>
/// <param name="Error">Largest error, as a share of what is allowed: above 1 the check failed. NaN failed too.</param>
/// <param name="Detail">Where the largest error is, or why the check failed.</param>
public sealed record CheckResult(string Subject, double Error, string Detail)
{
    /// <summary>Whether the error is within what is allowed.</summary>
    public bool Passed => Error <= 1;
}
