namespace UNet.Vulkan.Training;

/// <summary>The free numbers of a <see cref="WeightMap"/>; null for the map's own.</summary>
public sealed record WeightMapParameters
{
    /// <summary>
    /// Height of the ridge between two instances: w0 of <see cref="WeightMap.Paper"/>, λ of <see cref="WeightMap.Falk"/>.
    /// </summary>
    public double? SeparationWeight { get; init; }

    /// <summary>σ of that ridge in pixels.</summary>
    public double? SeparationSigma { get; init; }

    /// <summary>
    /// Whether <see cref="WeightMap.Paper"/> balances the classes, as the paper does. On data of uneven classes that the
    /// network tells apart anyway, balancing lowers the IoU of the most probable class.
    /// </summary>
    public bool? ClassBalance { get; init; }

    /// <summary>Height of the ridge in this map.</summary>
    public double SeparationWeightIn(WeightMap map) => SeparationWeight ?? (map == WeightMap.Falk ? 50 : 10);

    /// <summary>σ of the ridge in this map, in pixels.</summary>
    public double SeparationSigmaIn(WeightMap map) => SeparationSigma ?? (map == WeightMap.Falk ? 6 : 5);

    /// <summary>Whether classes are balanced in this map.</summary>
    public bool ClassBalanceIn(WeightMap map) => map == WeightMap.Balance || (map == WeightMap.Paper && (ClassBalance ?? true));

    /// <summary>The parameters themselves, if they fit a map.</summary>
    /// <exception cref="InputException">A number is out of its range, or the map has no such number.</exception>
    public WeightMapParameters ValidatedFor(WeightMap map)
    {
        string name = map.ToString().ToLowerInvariant();
        if (!map.HasDistances() && (SeparationWeight ?? SeparationSigma) is not null)
        {
            throw new InputException("The separation between instances (--weight-w0, --weight-sigma) is part of the weight maps paper "
                + $"and falk, not of '{name}'; choose one of them or leave the numbers out.");
        }

        if (map != WeightMap.Paper && ClassBalance is not null)
        {
            throw new InputException("Balancing the classes (--class-balance) is a choice in the weight map paper alone, not in "
                + $"'{name}'; choose paper, or the map balance, or leave it out.");
        }

        if (SeparationWeight is { } weight && !(double.IsFinite(weight) && weight >= 0))
            throw new InputException($"The weight of the separation between instances (--weight-w0) is 0 or more, not {weight}.");
        if (SeparationSigma is { } sigma && !(double.IsFinite(sigma) && sigma > 0))
            throw new InputException($"The sigma of the separation between instances (--weight-sigma) is above 0 pixels, not {sigma}.");
        return this;
    }
}
