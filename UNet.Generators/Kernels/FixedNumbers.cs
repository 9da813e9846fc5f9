using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

/// <summary>
/// Finds the numbers that a kernel and what it includes state once, <c>const uint NAME = literal;</c> outside functions: how memory is laid
/// out, and how much a workgroup takes. C# reads them instead of repeating them.
/// </summary>
internal static class FixedNumbers
{
    /// <summary>
    /// The numbers, sorted by name. A name that is stated twice, as under two conditions, is left out; so are expressions, which depend on
    /// what only the compiler knows.
    /// </summary>
    /// <param name="files">The kernel and the files that it includes.</param>
    public static EquatableArray<FixedModel> Find(IEnumerable<IReadOnlyList<Token>> files)
        => files.SelectMany(FindIn).GroupBy(number => Naming.ToPascal(number.Name)).Where(same => same.Count() == 1)
            .Select(same => same.Single()).OrderBy(number => number.Name, StringComparer.Ordinal).ToEquatableArray();

    private static IEnumerable<FixedModel> FindIn(IReadOnlyList<Token> tokens)
    {
        int depth = 0;
        for (int i = 0; i + 5 < tokens.Count; i++)
        {
            depth += tokens[i].Is("{") || tokens[i].Is("(") ? 1 : tokens[i].Is("}") || tokens[i].Is(")") ? -1 : 0;
            bool isNumber = depth == 0 && tokens[i].Is("const") && tokens[i + 1].Is("uint") && tokens[i + 3].Is("=")
                && tokens[i + 4].Kind == TokenKind.Number && tokens[i + 5].Is(";");
            bool isSpecialized = i > 0 && tokens[i - 1].Is(")"); // behind layout(constant_id = 0)
            if (isNumber && !isSpecialized && Naming.IsUpperSnake(tokens[i + 2].Text)
                && KernelParser.Value("uint", tokens[i + 4].Text, isNegative: false) is (_, string literal))
                yield return new(tokens[i + 2].Text, literal);
        }
    }
}
