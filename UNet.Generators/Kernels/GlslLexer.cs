namespace UNet.Generators.Kernels;

internal enum TokenKind
{
    Word,
    Number,
    Symbol,

    /// <summary>A whole preprocessor line, continuations included.</summary>
    Directive,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Start)
{
    public bool Is(string text) => Text == text && Kind != TokenKind.Directive;
}

internal readonly record struct Comment(string Text, int Start, int End);

/// <summary>Cuts GLSL into tokens. Comments are kept apart: they matter only to the kernel's summary.</summary>
internal sealed class GlslLexer
{
    /// <summary>Longest first, so that <c>&lt;&lt;=</c> is not read as a comparison.</summary>
    private static readonly string[] Symbols =
    [
        "<<=", ">>=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "++", "--", "&&", "||", "<<", ">>",
    ];

    private readonly string _text;
    private int _position;

    private GlslLexer(string text) => _text = text;

    private List<Token> Tokens { get; } = [];

    private List<Comment> Comments { get; } = [];

    public static (IReadOnlyList<Token> Tokens, IReadOnlyList<Comment> Comments) Read(string text)
    {
        GlslLexer lexer = new(text);
        while (lexer.Next())
        {
        }
        lexer.Tokens.Add(new(TokenKind.End, "the end of the file", text.Length));
        return (lexer.Tokens, lexer.Comments);
    }

    private char At(int position) => position < _text.Length ? _text[position] : '\0';

    private bool Next()
    {
        char c = At(_position);
        if (_position >= _text.Length)
            return false;
        if (char.IsWhiteSpace(c))
            _position++;
        else if (c == '/' && At(_position + 1) is '/' or '*')
            ReadComment();
        else if (c == '#')
            ReadDirective();
        else if (char.IsLetter(c) || c == '_')
            Add(TokenKind.Word, EndOf(_position, d => char.IsLetterOrDigit(d) || d == '_'));
        else if (char.IsDigit(c) || (c == '.' && char.IsDigit(At(_position + 1))))
            Add(TokenKind.Number, EndOfNumber());
        else
            Add(TokenKind.Symbol,
                _position + (Symbols.FirstOrDefault(s => string.CompareOrdinal(s, 0, _text, _position, s.Length) == 0)?.Length ?? 1));
        return true;
    }

    private void Add(TokenKind kind, int end)
    {
        Tokens.Add(new(kind, _text.Substring(_position, end - _position), _position));
        _position = end;
    }

    private int EndOf(int position, Func<char, bool> belongs)
    {
        while (position < _text.Length && belongs(_text[position]))
            position++;
        return position;
    }

    private int EndOfNumber()
    {
        int end = EndOf(_position, d => char.IsLetterOrDigit(d) || d == '.');
        // The sign of an exponent belongs to the number, unless that is hexadecimal.
        bool isHexadecimal = At(_position + 1) is 'x' or 'X';
        if (!isHexadecimal && At(end - 1) is 'e' or 'E' && At(end) is '+' or '-')
            end = EndOf(end + 1, char.IsLetterOrDigit);
        return end;
    }

    private void ReadComment()
    {
        int start = _position;
        bool isLine = At(start + 1) == '/';
        int end = isLine ? _text.IndexOf('\n', start) : _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        int stop = end < 0 ? _text.Length : end;
        Comments.Add(new(_text.Substring(start + 2, stop - start - 2), start, _position = isLine || end < 0 ? stop : stop + 2));
    }

    private void ReadDirective()
    {
        int end = _position;
        while (end < _text.Length && _text[end] != '\n')
        {
            // A comment ends the directive; a backslash at the end of the line carries it on.
            if (_text[end] == '/' && At(end + 1) is '/' or '*')
                break;
            end += _text[end] == '\\' && At(end + 1) == '\r' && At(end + 2) == '\n' ? 3 : _text[end] == '\\' && At(end + 1) == '\n' ? 2 : 1;
        }
        Add(TokenKind.Directive, end);
    }
}
