namespace UNet.Vulkan.Training;

/// <summary>
/// The learning rate of each step: a linear warm-up, then constant or half a cosine to 0 (Loshchilov and Hutter 2017,
/// without restarts). Without warm-up and decay a momentum of 0.99 collapses to one class now and then.
/// </summary>
public sealed class LearningRateSchedule
{
    private readonly double _peak;
    private readonly int _steps;
    private readonly int _warmUp;
    private readonly LearningRateDecay _decay;

    /// <summary>The schedule of a run.</summary>
    public LearningRateSchedule(TrainingConfiguration configuration)
    {
        (_peak, _steps, _decay) = (configuration.EffectiveLearningRate, configuration.Steps, configuration.Decay);
        // A short run would otherwise end before it reaches its rate.
        _warmUp = Math.Min(configuration.WarmUpSteps, configuration.Steps / 4);
    }

    /// <summary>
    /// The rate of a step, counted from 0: peak·(step + 1) / warm-up, later peak·(1 + cos(π·t)) / 2 with t from 0 to 1.
    /// </summary>
    public double At(long step)
    {
        if (step < _warmUp)
            return _peak * (step + 1) / _warmUp;
        if (_decay == LearningRateDecay.Constant)
            return _peak;
        double progress = Math.Min(1.0, (double)(step - _warmUp) / (_steps - _warmUp));
        return _peak * (1 + Math.Cos(Math.PI * progress)) / 2;
    }
}
