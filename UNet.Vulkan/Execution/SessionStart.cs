using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Execution;

/// <summary>Brings a new session into a defined state.</summary>
public static class SessionStart
{
    private const int ChunkElements = 1 << 20;

    /// <summary>
    /// Sets every kept value to zero (flat vectors with the gaps between their parts) and the gradient of the loss to 1.
    /// </summary>
    public static void Initialize(this Session session, Graph.Graph graph)
    {
        if (!session.IsZeroed)
            WriteZeros(session, graph);
        if (graph.LossGradient is { } lossGradient)
            session.Write(lossGradient, [1f]);
    }

    private static void WriteZeros(Session session, Graph.Graph graph)
    {
        float[] zeros = new float[ChunkElements];
        uint[] zeroWords = new uint[ChunkElements];
        foreach (Value value in graph.Values.Where(value => value.Whole is null && value.IsKept))
        {
            for (long start = 0; start < value.Shape.Length; start += ChunkElements)
            {
                int count = (int)Math.Min(ChunkElements, value.Shape.Length - start);
                if (value.Element == ElementType.Float32)
                    session.Write(value, zeros.AsSpan(0, count), start);
                else
                    session.Write(value, zeroWords.AsSpan(0, count), start);
            }
        }
    }
}
