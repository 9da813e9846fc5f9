using UNet.Vulkan.Formats;
using UNet.Vulkan.Model;

namespace UNet.Tests.Model;

/// <summary>
/// The U-Net's forward pass for one image, written down as plainly as it can be: no graph, no schedule, no ops, in double.
/// It shares nothing with the library but names, so that a mistake in the library's wiring cannot hide in it.
/// </summary>
internal sealed class StraightLineNetwork(UNetConfiguration configuration, IEnumerable<NamedTensor> parameters)
{
    private readonly Dictionary<string, NamedTensor> _parameters = parameters.ToDictionary(parameter => parameter.Name);

    /// <summary>Logits [class][row, column] of an image [channel][row, column].</summary>
    public double[][,] Logits(double[][,] image)
    {
        List<double[][,]> skips = [];
        double[][,] x = image;
        for (int level = 0; level < configuration.Depth; level++)
        {
            x = ConvolveTwice($"encoder.{level}", x);
            skips.Add(x);
            x = Pool(x);
        }

        x = ConvolveTwice("bottleneck", x);
        for (int level = configuration.Depth - 1; level >= 0; level--)
        {
            x = Up($"decoder.{level}.up", x);
            double[][,] skip = Crop(skips[level], x[0].GetLength(0), x[0].GetLength(1));
            x = configuration.Architecture switch
            {
                UNetArchitecture.PhsegV5 => [.. Rectify(x), .. skip],
                _ => [.. skip, .. x],
            };
            x = ConvolveTwice($"decoder.{level}", x);
        }

        return Convolve("head", x, padding: 0);
    }

    private double[][,] ConvolveTwice(string name, double[][,] x)
    {
        int padding = configuration.Padding == ConvolutionPadding.Same ? 1 : 0;
        return Rectify(Convolve($"{name}.conv2", Rectify(Convolve($"{name}.conv1", x, padding)), padding));
    }

    private double[][,] Convolve(string name, double[][,] x, int padding)
    {
        (NamedTensor weight, NamedTensor bias) = (_parameters[$"{name}.weight"], _parameters[$"{name}.bias"]);
        (int outputs, int inputs, int kernel) = (weight.Dimensions[0], weight.Dimensions[1], weight.Dimensions[2]);
        (int height, int width) = (x[0].GetLength(0), x[0].GetLength(1));
        double[][,] y = new double[outputs][,];
        for (int k = 0; k < outputs; k++)
        {
            y[k] = new double[height + 2 * padding - kernel + 1, width + 2 * padding - kernel + 1];
            for (int p = 0; p < y[k].GetLength(0); p++)
            {
                for (int q = 0; q < y[k].GetLength(1); q++)
                {
                    double sum = bias.Elements[k];
                    for (int c = 0; c < inputs; c++)
                    {
                        for (int r = 0; r < kernel; r++)
                        {
                            for (int s = 0; s < kernel; s++)
                            {
                                (int row, int column) = (p + r - padding, q + s - padding);
                                if (row >= 0 && row < height && column >= 0 && column < width)
                                    sum += weight.Elements[((k * inputs + c) * kernel + r) * kernel + s] * x[c][row, column];
                            }
                        }
                    }

                    y[k][p, q] = sum;
                }
            }
        }

        return y;
    }

    private double[][,] Up(string name, double[][,] x)
    {
        (NamedTensor weight, NamedTensor bias) = (_parameters[$"{name}.weight"], _parameters[$"{name}.bias"]);
        int outputs = weight.Dimensions[1];
        double[][,] y = new double[outputs][,];
        for (int k = 0; k < outputs; k++)
        {
            y[k] = new double[2 * x[0].GetLength(0), 2 * x[0].GetLength(1)];
            for (int row = 0; row < y[k].GetLength(0); row++)
            {
                for (int column = 0; column < y[k].GetLength(1); column++)
                {
                    double sum = bias.Elements[k];
                    for (int c = 0; c < x.Length; c++)
                        sum += weight.Elements[((c * outputs + k) * 2 + row % 2) * 2 + column % 2] * x[c][row / 2, column / 2];
                    y[k][row, column] = sum;
                }
            }
        }

        return y;
    }

    private static double[][,] Pool(double[][,] x) => Map(x, x[0].GetLength(0) / 2, x[0].GetLength(1) / 2, (plane, row, column) => Math.Max(
        Math.Max(plane[2 * row, 2 * column], plane[2 * row, 2 * column + 1]),
        Math.Max(plane[2 * row + 1, 2 * column], plane[2 * row + 1, 2 * column + 1])));

    private static double[][,] Rectify(double[][,] x)
        => Map(x, x[0].GetLength(0), x[0].GetLength(1), (plane, row, column) => Math.Max(0, plane[row, column]));

    private static double[][,] Crop(double[][,] x, int height, int width)
    {
        (int top, int left) = ((x[0].GetLength(0) - height) / 2, (x[0].GetLength(1) - width) / 2);
        return Map(x, height, width, (plane, row, column) => plane[top + row, left + column]);
    }

    private static double[][,] Map(double[][,] x, int height, int width, Func<double[,], int, int, double> element)
        => Array.ConvertAll(x, plane =>
        {
            double[,] result = new double[height, width];
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < width; column++)
                    result[row, column] = element(plane, row, column);
            }

            return result;
        });
}
