using UNet.Vulkan.Instances;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// The pixels that hold a 4-connected object together: without one of them the object falls apart. They are the cut vertices
/// of the graph whose edges join neighbours, and are all found in one depth-first search (Hopcroft and Tarjan 1973).
/// </summary>
internal static class CutPixels
{
    /// <summary>Finds them.</summary>
    /// <param name="foreground">Pixels of objects, [row][column].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>Whether each pixel is one, [row][column].</returns>
    public static bool[] Of(bool[] foreground, int height, int width)
    {
        bool[] isCut = new bool[foreground.Length];

        // When a pixel was reached, 1 for the first; and the earliest reached pixel that its branch has a way to.
        int[] reached = new int[foreground.Length];
        int[] earliest = new int[foreground.Length];
        byte[] looked = new byte[foreground.Length];
        Stack<int> path = [];
        int time = 0;
        for (int root = 0; root < foreground.Length; root++)
        {
            if (foreground[root] && reached[root] == 0)
                Search(root);
        }

        return isCut;

        void Search(int root)
        {
            Span<int> neighbours = stackalloc int[8];
            int branches = 0;
            Enter(root);
            while (path.TryPeek(out int pixel))
            {
                int found = Neighbours.Of(pixel, height, width, Connectivity.Four, neighbours);
                if (looked[pixel] < found)
                {
                    int next = neighbours[looked[pixel]++];
                    if (!foreground[next])
                        continue;
                    if (reached[next] == 0)
                        Enter(next);
                    else
                        // The pixel before it on the path is among them, which changes nothing.
                        earliest[pixel] = Math.Min(earliest[pixel], reached[next]);
                    continue;
                }

                path.Pop();
                if (!path.TryPeek(out int before))
                    continue;
                earliest[before] = Math.Min(earliest[before], earliest[pixel]);
                if (before == root)
                    branches++;
                else if (earliest[pixel] >= reached[before])
                    isCut[before] = true;
            }

            isCut[root] = branches > 1;
        }

        void Enter(int pixel)
        {
            reached[pixel] = earliest[pixel] = ++time;
            path.Push(pixel);
        }
    }
}
