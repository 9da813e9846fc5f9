using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using Xunit;

namespace UNet.Tests.Ops;

public class AdamWTests
{
    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    /// <summary>Three steps beside those of torch.optim.AdamW (PyTorch 1.13, Float64), lr 0.1, weight decay 0.05.</summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void FollowsPyTorch(string backend)
    {
        float[][] gradients = [[1, -2, 0.5f, 0.001f], [0.25f, 3, -0.5f, 0.002f], [-1, 0, 0.125f, -0.004f]];
        double[][] expected =
        [
            [0.3975000010, -1.1437500005, 1.8900000020, -0.0999990000],
            [0.3124527488, -1.1628014320, 1.8858131598, -0.1960165973],
            [0.3093328620, -1.1761348469, 1.8692619111, -0.1756571420],
        ];
        Graph graph = new();
        Shape four = new(4);
        (Value parameter, Value first, Value second) = (graph.State("p", four), graph.State("m", four), graph.State("v", four));
        (Value gradient, Value scale) = (graph.Input("g", four), graph.Input("scale", new Shape(1)));
        (Value learningRate, Value corrections) = (graph.Input("lr", new Shape(1)), graph.Input("corrections", new Shape(2)));
        AdamW op = new(WeightDecay: 0.05f);
        graph.Add("adamw", op, parameter, first, second, gradient, scale, learningRate, corrections);
        using IComputeDevice device = Tests.Backends.Open(backend);
        using Session session = device.CreateSession(graph);
        session.Write(parameter, [0.5f, -1.25f, 2, 0]);
        session.Write(first, new float[4]);
        session.Write(second, new float[4]);
        session.Write(scale, [1f]);
        session.Write(learningRate, [0.1f]);
        for (int step = 0; step < gradients.Length; step++)
        {
            (float c1, float c2) = op.CorrectionsAt(step);
            session.Write(gradient, gradients[step]);
            session.Write(corrections, [c1, c2]);
            session.Run();
            float[] actual = session.ReadAll(parameter);
            for (int i = 0; i < actual.Length; i++)
                Assert.Equal(expected[step][i], actual[i], 1e-6);
        }

        // A gradient that is not finite has scale 0.
        float[] before = session.ReadAll(parameter);
        session.Write(scale, [0f]);
        session.Run();
        Assert.Equal(before, session.ReadAll(parameter));
    }
}
