using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

/// <summary>
/// Reads the interface of a kernel from its GLSL: layouts, buffers, push constants and specialization constants.
/// Function bodies are skipped; whatever else it does not understand is refused, never guessed.
/// </summary>
internal sealed partial class KernelParser
{
    private static readonly string[] Directives = ["#version", "#extension", "#include", "#define", "#undef", "#pragma"];
    private static readonly string[] Conditionals = ["#if", "#ifdef", "#ifndef", "#elif", "#else", "#endif"];

    private readonly KernelSource _source;
    private readonly SourceText _lines;
    private readonly IReadOnlyList<Token> _tokens;
    private readonly IReadOnlyList<Comment> _comments;
    private readonly List<DiagnosticInfo> _diagnostics = [];
    private int _position;
    private bool _hasError;

    private KernelParser(KernelSource source)
    {
        _source = source;
        _lines = SourceText.From(source.Text);
        (_tokens, _comments) = GlslLexer.Read(source.Text);
    }

    public static KernelParseResult Parse(KernelSource source) => new KernelParser(source).Parse();

    private Token Current => _tokens[_position];

    private bool AtEnd => Current.Kind == TokenKind.End;

    private KernelParseResult Parse()
    {
        if (!Naming.IsSnake(_source.Name.Replace('/', '_')))
            Report(KernelDiagnostics.Name, _tokens[0], _source.Name, "is no path of snake_case words", "rename the file");
        while (!AtEnd)
            ParseTopLevel();
        if (!_hasError)
            CheckWhole();
        KernelModel? model = _hasError ? null : new(
            _source.Name, Naming.ToPascal(_source.Name), ReadSummary(), _buffers.Select(b => b.Model).ToEquatableArray(),
            _push.ToEquatableArray(), _pushSize, _constants.OrderBy(c => c.Model.Id).Select(c => c.Model).ToEquatableArray(),
            FixedNumbers.Find(Files()), new(_localSize[0], _localSize[1], _localSize[2]));
        return new(model, _diagnostics.ToEquatableArray());
    }

    private void ParseTopLevel()
    {
        Token token = Current;
        if (token.Kind == TokenKind.Directive)
            ParseDirective(token);
        else if (token.Is(";"))
            _position++;
        else if (token.Is("layout"))
            ParseLayout();
        else if (token.Is("const") || token.Is("shared"))
            SkipPast(";");
        else if (token.Is("struct"))
            ParseStruct();
        else if (token.Kind == TokenKind.Word)
            ParseFunction();
        else
            Fail(token, "expected a declaration or a function");
    }

    private void ParseDirective(Token token)
    {
        string name = DirectiveName(token);
        if (Conditionals.Contains(name))
            Fail(new(TokenKind.Directive, name, token.Start),
                "conditions may stand only inside function bodies, so that all variants share one interface");
        else if (Directives.Contains(name))
            _position++;
        else
            Fail(new(TokenKind.Directive, name, token.Start), "the directives of a kernel are " + string.Join(", ", Directives));
    }

    private static string DirectiveName(Token token)
    {
        string rest = token.Text.Substring(1).TrimStart();
        int end = 0;
        while (end < rest.Length && char.IsLetter(rest[end]))
            end++;
        return "#" + rest.Substring(0, end);
    }

    private void ParseStruct()
    {
        _position++;
        Word("the name of the struct");
        SkipBalanced("{", "}");
        Expect(";");
    }

    private void ParseFunction()
    {
        Token start = Current;
        while (Current.Is("precise") || Current.Is("highp") || Current.Is("mediump") || Current.Is("lowp"))
            _position++;
        Word("the type of a function");
        while (Current.Is("["))
            SkipBalanced("[", "]");
        Token name = Current;
        if (name.Kind != TokenKind.Word || !_tokens[_position + 1].Is("("))
        {
            Fail(start, "a kernel declares layouts, constants, shared arrays, structs and functions, nothing else");
            return;
        }
        _position++;
        SkipBalanced("(", ")");
        if (Current.Is(";"))
            _position++;
        else
            SkipBalanced("{", "}");
    }

    private string ReadSummary()
    {
        int firstDeclaration = _tokens.First(token => token.Kind != TokenKind.Directive).Start;
        List<string> lines = [];
        int end = -1;
        foreach (Comment comment in _comments)
        {
            // A block is a run of comments with nothing but one line break between them.
            string between = end < 0 ? "" : _source.Text.Substring(end, comment.Start - end);
            bool follows = between.Trim().Length == 0 && between.Count(c => c == '\n') == 1;
            if (comment.Start > firstDeclaration || (end >= 0 && !follows))
                break;
            lines.AddRange(comment.Text.Split('\n').Select(line => line.Trim().TrimStart('*').Trim()));
            end = comment.End;
        }
        return string.Join("\n", lines.SkipWhile(line => line.Length == 0).Reverse().SkipWhile(line => line.Length == 0).Reverse());
    }

    private Token Expect(string symbol, string? because = null)
    {
        Token token = Current;
        if (token.Is(symbol))
            _position++;
        else
            Fail(token, $"expected '{symbol}'{(because is null ? "" : ", as " + because)}");
        return token;
    }

    private Token Word(string what)
    {
        Token token = Current;
        if (token.Kind == TokenKind.Word)
            _position++;
        else
            Fail(token, $"expected {what}");
        return token;
    }

    private void SkipPast(string symbol)
    {
        int depth = 0;
        for (; !AtEnd; _position++)
        {
            if (Current.Is("(") || Current.Is("{") || Current.Is("["))
                depth++;
            else if (Current.Is(")") || Current.Is("}") || Current.Is("]"))
                depth--;
            else if (depth == 0 && Current.Is(symbol))
                break;
        }
        Expect(symbol);
    }

    private void SkipBalanced(string open, string close)
    {
        Expect(open);
        for (int depth = 1; depth > 0; _position++)
        {
            if (AtEnd)
            {
                Fail(Current, $"expected '{close}'");
                return;
            }
            depth += Current.Is(open) ? 1 : Current.Is(close) ? -1 : 0;
        }
    }

    /// <summary>Reports text that is not understood and gives up on the rest: what follows cannot be trusted.</summary>
    private void Fail(Token token, string reason)
    {
        // At the end of the file after an earlier failure there is nothing new to say.
        if (token.Kind != TokenKind.End || !_hasError)
            Report(KernelDiagnostics.Syntax, token, token.Text, reason);
        _position = _tokens.Count - 1;
    }

    private void Report(DiagnosticDescriptor descriptor, Token token, params string[] arguments)
    {
        TextSpan span = new(token.Start, token.Kind == TokenKind.End ? 0 : token.Text.Length);
        _diagnostics.Add(DiagnosticInfo.Create(descriptor, new(_source.Path, span, _lines.Lines.GetLinePositionSpan(span)), arguments));
        _hasError |= descriptor.DefaultSeverity == DiagnosticSeverity.Error;
    }
}
