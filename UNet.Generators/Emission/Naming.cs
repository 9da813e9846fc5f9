using System.Text;

namespace UNet.Generators.Emission;

/// <summary>The one rule by which GLSL and C# write the same word: snake_case, UPPER_SNAKE and paths against PascalCase.</summary>
internal static class Naming
{
    /// <summary>Begins the names of specialization constants that say which results a workgroup computes.</summary>
    public const string TunablePrefix = "TILE_";

    /// <summary>Whether a specialization constant says which results a workgroup computes.</summary>
    public static bool IsTunable(string constant) => constant.StartsWith(TunablePrefix, StringComparison.Ordinal);

    /// <summary>
    /// <c>d_pixel_weight</c>, <c>TILE_C</c> and <c>conv2d/backward_weight</c> become DPixelWeight, TileC and Conv2dBackwardWeight.
    /// </summary>
    public static string ToPascal(string name)
    {
        StringBuilder pascal = new(name.Length);
        bool first = true;
        foreach (char c in name)
        {
            if (c is '_' or '/')
            {
                first = true;
                continue;
            }
            pascal.Append(first ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            first = false;
        }
        return pascal.ToString();
    }

    /// <summary><c>PixelWeight</c> becomes pixel_weight; a digit stays with the word before it.</summary>
    public static string ToSnake(string name)
    {
        StringBuilder snake = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[i]));
        }
        return snake.ToString();
    }

    /// <summary>Lower-case words of letters and digits joined by single underscores.</summary>
    public static bool IsSnake(string name) => IsJoined(name, char.IsLower);

    /// <summary>Upper-case words of letters and digits joined by single underscores.</summary>
    public static bool IsUpperSnake(string name) => IsJoined(name, char.IsUpper);

    private static bool IsJoined(string name, Func<char, bool> isLetter)
    {
        if (name.Length == 0 || !isLetter(name[0]) || name[name.Length - 1] == '_' || name.Contains("__"))
            return false;
        return name.All(c => c < 128 && (isLetter(c) || char.IsDigit(c) || c == '_'));
    }
}
