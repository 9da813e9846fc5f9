namespace UNet.Generators.Kernels;

[Flags]
internal enum BufferUse
{
    None = 0,
    Read = 1,
    Written = 2,

    /// <summary>Used in a way that the text alone does not explain.</summary>
    Unclear = 4,
}

/// <summary>
/// Finds out from the text how a kernel uses an array: <c>name[i]</c> on the left of an assignment, elsewhere, or in an atomic.
/// </summary>
internal static class BufferUsage
{
    private static readonly string[] Assignments = ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"];

    /// <param name="tokens">A kernel, or a file that one includes.</param>
    /// <param name="name">Name of the array.</param>
    /// <param name="isMember">The array is reached through an address: <c>x.name[i]</c>.</param>
    public static BufferUse Find(IReadOnlyList<Token> tokens, string name, bool isMember)
    {
        BufferUse use = BufferUse.None;
        for (int i = 0; i < tokens.Count; i++)
        {
            Token token = tokens[i];
            // A macro may use the array under another name.
            if (IsDefinition(token) && GlslLexer.Read(token.Text.Substring(1)).Tokens.Any(word => IsName(word, name)))
                return BufferUse.Unclear;
            if (IsName(token, name) && Before(tokens, i).Is(".") == isMember)
                use |= FindAt(tokens, i);
        }
        return use;
    }

    private static bool IsDefinition(Token token)
        => token.Kind == TokenKind.Directive && token.Text.Substring(1).TrimStart().StartsWith("define", StringComparison.Ordinal);

    private static bool IsName(Token token, string name) => token.Kind == TokenKind.Word && token.Text == name;

    /// <summary>The token before; an empty one before the first, as an included file may begin anywhere.</summary>
    private static Token Before(IReadOnlyList<Token> tokens, int i) => i > 0 ? tokens[i - 1] : default;

    private static BufferUse FindAt(IReadOnlyList<Token> tokens, int i)
    {
        bool isDeclaration = tokens[i + 1].Is("[") && tokens[i + 2].Is("]");
        bool isLength = tokens[i + 1].Is(".") && tokens[i + 2].Is("length");
        if (isDeclaration || isLength)
            return BufferUse.None;
        if (!tokens[i + 1].Is("["))
            return BufferUse.Unclear;
        int start = i;
        while (Before(tokens, start).Is("."))
            start -= 2;
        Token before = Before(tokens, start);
        // An argument may be passed out of a function, atomics among them.
        if (before.Is("(") && Before(tokens, start - 1) is { Kind: TokenKind.Word, Text: { } function }
            && function.StartsWith("atomic", StringComparison.Ordinal))
            return BufferUse.Read | BufferUse.Written;
        if (before.Is("++") || before.Is("--"))
            return BufferUse.Read | BufferUse.Written;
        Token next = tokens[EndOfElement(tokens, i + 1)];
        return next.Is("=") ? BufferUse.Written : Assignments.Any(next.Is) ? BufferUse.Read | BufferUse.Written : BufferUse.Read;
    }

    /// <summary>The first token after indices, components and members.</summary>
    private static int EndOfElement(IReadOnlyList<Token> tokens, int i)
    {
        while (i + 1 < tokens.Count)
        {
            if (tokens[i].Is("."))
                i += 2;
            else if (tokens[i].Is("["))
                i = EndOfIndex(tokens, i);
            else
                break;
        }
        return Math.Min(i, tokens.Count - 1);
    }

    private static int EndOfIndex(IReadOnlyList<Token> tokens, int i)
    {
        int depth = 0;
        for (; i + 1 < tokens.Count; i++)
        {
            depth += tokens[i].Is("[") ? 1 : tokens[i].Is("]") ? -1 : 0;
            if (depth == 0)
                return i + 1;
        }
        return i;
    }
}
