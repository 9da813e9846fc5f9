using System.Text.RegularExpressions;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

/// <summary>Gives each kernel the files that it includes, and no others, so that it is parsed anew only when one of them changes.</summary>
internal static class KernelIncludes
{
    private static readonly Regex Directive = new(@"^[ \t]*#[ \t]*include[ \t]+""([^""\r\n]*)""", RegexOptions.Multiline);

    public static KernelSource WithIncluded(this KernelSource source, EquatableArray<IncludeSource> files)
    {
        List<string> texts = [];
        HashSet<string> names = [];
        Stack<string> unread = new([source.Text]);
        while (unread.Count > 0)
        {
            foreach (Match match in Directive.Matches(unread.Pop()))
            {
                string name = match.Groups[1].Value;
                if (!names.Add(name))
                    continue;
                if (files.FirstOrDefault(file => file.Name == name) is not { } file)
                    return source;
                texts.Add(file.Text);
                unread.Push(file.Text);
            }
        }
        return source with { Included = texts.ToEquatableArray() };
    }
}
