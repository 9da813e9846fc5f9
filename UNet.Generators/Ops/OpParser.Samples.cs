using System.Globalization;
using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    private SampleModel[] ParseSamples()
    {
        DeclaredRole[] given = [.. _roles.Where(role => role.Kind is "Input" or "State")];
        List<SampleModel> samples = [];
        bool hasAttribute = false;
        foreach (AttributeData attribute in _op.GetAttributes()
            .Where(a => a.AttributeClass?.ToDisplayString() == Declarations + "SampleAttribute"))
        {
            hasAttribute = true;
            Place? place = Place.Of(attribute.ApplicationSyntaxReference);
            if (attribute.ConstructorArguments.Length < 2 || attribute.ConstructorArguments[0].Value is not string inputs)
                continue;
            string arguments = (attribute.ConstructorArguments[1].Value as string ?? "").Trim();
            string? problem = ReadShapes(inputs, given, out string[] shapes) ?? CheckArguments(arguments);
            if (problem is null)
                samples.Add(new(arguments, shapes.ToEquatableArray()));
            else
                Report(OpDiagnostics.BadSample, place, _op.Name, problem);
        }
        if (!hasAttribute)
            Report(OpDiagnostics.NoSample, _place, _op.Name, string.Join("; ", given.Select(role => role.BufferName + ": 2x3x5x7")));
        return [.. samples];
    }

    /// <summary>What is wrong with the shapes of a sample, or null.</summary>
    private static string? ReadShapes(string inputs, DeclaredRole[] given, out string[] shapes)
    {
        shapes = new string[given.Length];
        foreach (string part in inputs.Split(';').Select(part => part.Trim()).Where(part => part.Length > 0))
        {
            string[] pair = [.. part.Split(':').Select(piece => piece.Trim())];
            if (pair.Length != 2)
                return $"'{part}' is not of the form 'role: 2x3x5x7'";
            int index = Array.FindIndex(given, role => role.BufferName == pair[0]);
            if (index < 0)
            {
                string known = given.Length == 0 ? "" : "; there are " + string.Join(", ", given.Select(role => role.BufferName));
                return $"it has no input or state role '{pair[0]}'{known}";
            }
            if (shapes[index] is not null)
                return $"the shape of '{pair[0]}' is given twice";
            string[] dimensions = pair[1].Split('x');
            if (dimensions.Length > 4
                || !dimensions.All(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0))
                return $"'{pair[1]}' is no shape of 1 to 4 positive dimensions such as 2x3x5x7";
            shapes[index] = string.Join(", ", dimensions);
        }
        int missing = Array.IndexOf(shapes, null);
        return missing < 0 ? null : $"the shape of '{given[missing].BufferName}' is missing";
    }

    /// <summary>What is wrong with the constructor arguments of a sample, or null. Values are left to the compiler.</summary>
    private string? CheckArguments(string arguments)
    {
        IMethodSymbol? constructor = _op.InstanceConstructors
            .Where(c => !(c.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(c.Parameters[0].Type, _op)))
            .OrderByDescending(c => c.Parameters.Length).FirstOrDefault();
        List<string> names = [];
        foreach (string argument in SplitArguments(arguments))
        {
            int colon = argument.IndexOf(':');
            if (colon <= 0)
                return $"'{argument}' is not of the form 'Name: value'";
            string name = argument.Substring(0, colon).Trim();
            if (constructor?.Parameters.Any(parameter => parameter.Name == name) != true)
                return $"its constructor has no parameter '{name}'";
            names.Add(name);
        }
        IParameterSymbol? missing = constructor?.Parameters
            .FirstOrDefault(parameter => !parameter.IsOptional && !names.Contains(parameter.Name));
        return missing is null ? null : $"the constructor's argument '{missing.Name}' is missing";
    }

    /// <summary>Cuts at commas outside parentheses.</summary>
    private static IEnumerable<string> SplitArguments(string arguments)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            depth += arguments[i] is '(' or '[' ? 1 : arguments[i] is ')' or ']' ? -1 : 0;
            if (arguments[i] != ',' || depth > 0)
                continue;
            yield return arguments.Substring(start, i - start).Trim();
            start = i + 1;
        }
        string last = arguments.Substring(start).Trim();
        if (last.Length > 0)
            yield return last;
    }
}
