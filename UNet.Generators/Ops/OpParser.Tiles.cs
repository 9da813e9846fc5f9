using System.Globalization;
using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    /// <summary>Checks the form of an implementation's <c>Tiles</c>, and lets its kernels take the constants that it names.</summary>
    private void ParseTiles(DeclaredImplementation implementation, INamedTypeSymbol[] kernels)
    {
        if (implementation.Tiles.Length == 0)
            return;
        string[] parts = implementation.Tiles.Split(':');
        string[] constants = [.. parts[0].Split(',').Select(name => name.Trim())];
        string[] rows = parts.Length == 2 ? parts[1].Split(';') : [];
        if (rows.Length == 0)
            Report(OpDiagnostics.Tiles, implementation.Place, _op.Name, "they are not of the form 'TILE_X, TILE_Y: 4, 8; 8, 4'");
        foreach (string row in rows)
        {
            string[] values = row.Split(',');
            if (values.Length != constants.Length || !values.All(IsTile))
                Report(OpDiagnostics.Tiles, implementation.Place, _op.Name,
                    $"'{row.Trim()}' is not a whole number above 0 for each of '{parts[0].Trim()}'");
        }
        foreach (string name in constants.Where(name => !kernels.Any(kernel => TunablesOf(kernel).Contains(name))))
            Report(OpDiagnostics.Tiles, implementation.Place, _op.Name,
                $"no kernel of the implementation has a constant '{name}' whose name begins with {Naming.TunablePrefix}");
        for (int i = 0; i < kernels.Length; i++)
        {
            DeclaredKernel kernel = _kernels[implementation.Kernels[i]];
            bool isTiled = kernel.Call.IsTiled || TunablesOf(kernels[i]).Intersect(constants).Any();
            _kernels[implementation.Kernels[i]] = kernel with { Call = kernel.Call with { IsTiled = isTiled } };
        }
    }

    private static bool IsTile(string text)
        => uint.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out uint value) && value > 0;

    private static IEnumerable<string> TunablesOf(INamedTypeSymbol kernel) => kernel.GetAttributes()
        .Where(attribute => attribute.AttributeClass?.ToDisplayString() == "UNet.Shaders.KernelConstantAttribute")
        .Where(attribute => attribute.ConstructorArguments.Length == 2 && attribute.ConstructorArguments[1].Value is "uint")
        .Select(attribute => (string)attribute.ConstructorArguments[0].Value!)
        .Where(Naming.IsTunable);
}
