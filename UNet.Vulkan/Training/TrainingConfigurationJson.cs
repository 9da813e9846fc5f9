using System.Text.Json;

namespace UNet.Vulkan.Training;

/// <summary>A training configuration, the network's form excepted, in the metadata of a training state.</summary>
internal static class TrainingConfigurationJson
{
    private const string SeparationWeight = "weight_map_separation_weight";
    private const string SeparationSigma = "weight_map_separation_sigma";
    private const string ClassBalance = "weight_map_class_balance";

    public static void Write(Utf8JsonWriter json, TrainingConfiguration configuration)
    {
        json.WriteStartObject();
        if (configuration.Tile is { } tile)
            json.WriteNumber("tile", tile);
        json.WriteNumber("batch", configuration.Batch);
        json.WriteNumber("steps", configuration.Steps);
        json.WriteString("precision", configuration.Precision == Precision.Mixed ? "mixed" : "fp32");
        json.WriteString("optimizer", configuration.Optimizer.ToString().ToLowerInvariant());
        if (configuration.LearningRate is { } rate)
            json.WriteNumber("learning_rate", rate);
        json.WriteNumber("momentum", configuration.Momentum);
        json.WriteNumber("weight_decay", configuration.WeightDecay);
        json.WriteNumber("warm_up_steps", configuration.WarmUpSteps);
        json.WriteString("decay", configuration.Decay == LearningRateDecay.Cosine ? "cosine" : "constant");
        json.WriteNumber("maximum_gradient_norm", configuration.MaximumGradientNorm);
        json.WriteString("augmentation", configuration.Augmentation switch
        {
            Augmentation.Paper => "paper",
            Augmentation.Flips => "flips",
            _ => "none",
        });
        if (configuration.Augmentation == Augmentation.Paper)
            Write(json, configuration.Deformation);
        json.WriteString("weight_map", configuration.WeightMap.ToString().ToLowerInvariant());
        WriteParameters(json, configuration.WeightMapParameters);
        json.WriteString("sampling", configuration.Sampling.ToString().ToLowerInvariant());
        json.WriteBoolean("recompute", configuration.Recompute);
        json.WriteNumber("seed", configuration.Seed);
        if (configuration.ValidationInterval is { } interval)
            json.WriteNumber("validation_interval", interval);
        json.WriteEndObject();
    }

    public static TrainingConfiguration Read(JsonElement json) => new()
    {
        Tile = json.TryGetProperty("tile", out JsonElement tile) ? tile.GetInt32() : null,
        Batch = json.GetProperty("batch").GetInt32(),
        Steps = json.GetProperty("steps").GetInt32(),
        Precision = !json.TryGetProperty("precision", out JsonElement precision) ? Precision.Float32 : precision.GetString() switch
        {
            "fp32" => Precision.Float32,
            "mixed" => Precision.Mixed,
            string other => throw new FormatException($"'{other}' is no precision"),
            null => throw new FormatException("the precision is missing"),
        },
        Optimizer = !json.TryGetProperty("optimizer", out JsonElement optimizer) ? Optimizer.Sgd : optimizer.GetString() switch
        {
            "sgd" => Optimizer.Sgd,
            "adamw" => Optimizer.AdamW,
            string other => throw new FormatException($"'{other}' is no optimizer"),
            null => throw new FormatException("the optimizer is missing"),
        },
        LearningRate = json.TryGetProperty("learning_rate", out JsonElement rate) ? rate.GetDouble() : null,
        Momentum = json.GetProperty("momentum").GetDouble(),
        WeightDecay = json.TryGetProperty("weight_decay", out JsonElement decay)
            ? decay.GetDouble()
            : new TrainingConfiguration().WeightDecay,
        WarmUpSteps = json.GetProperty("warm_up_steps").GetInt32(),
        Decay = json.GetProperty("decay").GetString() switch
        {
            "cosine" => LearningRateDecay.Cosine,
            "constant" => LearningRateDecay.Constant,
            string other => throw new FormatException($"'{other}' is no decay"),
            null => throw new FormatException("the decay is missing"),
        },
        Recompute = json.TryGetProperty("recompute", out JsonElement recompute) && recompute.GetBoolean(),
        MaximumGradientNorm = json.GetProperty("maximum_gradient_norm").GetDouble(),
        Augmentation = json.GetProperty("augmentation").GetString() switch
        {
            "paper" => Augmentation.Paper,
            "flips" => Augmentation.Flips,
            "none" => Augmentation.None,
            string other => throw new FormatException($"'{other}' is no augmentation"),
            null => throw new FormatException("the augmentation is missing"),
        },
        Deformation = json.TryGetProperty("deformation", out JsonElement deformation) ? ReadDeformation(deformation) : new(),
        WeightMap = ReadWeightMap(json),
        WeightMapParameters = new()
        {
            SeparationWeight = json.TryGetProperty(SeparationWeight, out JsonElement weight) ? weight.GetDouble() : null,
            SeparationSigma = json.TryGetProperty(SeparationSigma, out JsonElement sigma) ? sigma.GetDouble() : null,
            ClassBalance = json.TryGetProperty(ClassBalance, out JsonElement balance) ? balance.GetBoolean() : null,
        },
        Sampling = !json.TryGetProperty("sampling", out JsonElement sampling) ? PlaceSampling.Uniform : sampling.GetString() switch
        {
            "uniform" => PlaceSampling.Uniform,
            "weight" => PlaceSampling.Weight,
            string other => throw new FormatException($"'{other}' is no way of sampling"),
            null => throw new FormatException("the way of sampling is missing"),
        },
        Seed = json.GetProperty("seed").GetUInt64(),
        ValidationInterval = json.TryGetProperty("validation_interval", out JsonElement interval) ? interval.GetInt32() : null,
    };

    private static void Write(Utf8JsonWriter json, TileDeformation deformation)
    {
        json.WriteStartObject("deformation");
        if (deformation.ElasticSpacing is { } spacing)
            json.WriteNumber("elastic_spacing", spacing);
        json.WriteNumber("elastic_sigma", deformation.ElasticSigma);
        json.WriteNumber("rotation", deformation.Rotation);
        json.WriteNumber("gray_variation", deformation.GrayVariation);
        json.WriteString("interpolation", deformation.Interpolation == Interpolation.Cubic ? "cubic" : "linear");
        json.WriteEndObject();
    }

    private static TileDeformation ReadDeformation(JsonElement json) => new()
    {
        ElasticSpacing = json.TryGetProperty("elastic_spacing", out JsonElement spacing) ? spacing.GetDouble() : null,
        ElasticSigma = json.GetProperty("elastic_sigma").GetDouble(),
        Rotation = json.GetProperty("rotation").GetDouble(),
        GrayVariation = json.GetProperty("gray_variation").GetDouble(),
        Interpolation = json.GetProperty("interpolation").GetString() switch
        {
            "cubic" => Interpolation.Cubic,
            "linear" => Interpolation.Linear,
            string other => throw new FormatException($"'{other}' is no interpolation"),
            null => throw new FormatException("the interpolation is missing"),
        },
    };

    private static void WriteParameters(Utf8JsonWriter json, WeightMapParameters parameters)
    {
        if (parameters.SeparationWeight is { } weight)
            json.WriteNumber(SeparationWeight, weight);
        if (parameters.SeparationSigma is { } sigma)
            json.WriteNumber(SeparationSigma, sigma);
        if (parameters.ClassBalance is { } balance)
            json.WriteBoolean(ClassBalance, balance);
    }

    private static WeightMap ReadWeightMap(JsonElement json)
    {
        // States written before there were maps with distances.
        if (json.TryGetProperty("balance_classes", out JsonElement balance))
            return balance.GetBoolean() ? WeightMap.Balance : WeightMap.None;
        return json.GetProperty("weight_map").GetString() switch
        {
            "none" => WeightMap.None,
            "balance" => WeightMap.Balance,
            "paper" => WeightMap.Paper,
            "falk" => WeightMap.Falk,
            string other => throw new FormatException($"'{other}' is no weight map"),
            null => throw new FormatException("the weight map is missing"),
        };
    }
}
