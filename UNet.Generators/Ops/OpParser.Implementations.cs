using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    private const string AnyDevice = "Any";
    private const string PlainNumerics = "Direct";

    private readonly List<DeclaredKernel> _kernels = [];
    private readonly List<DeclaredImplementation> _implementations = [];
    private bool _isWithoutGradient;

    /// <param name="ScratchShapes">Arguments that are filled with a component of the shape of a scratch role.</param>
    private sealed record DeclaredKernel(KernelCallModel Call, IReadOnlyList<ScratchArgument> ScratchShapes);

    /// <param name="What">Push-constant member or specialization constant.</param>
    /// <param name="Name">As the kernel's GLSL says.</param>
    private sealed record ScratchArgument(string What, string Name, DeclaredRole Role);

    private sealed class DeclaredImplementation(AttributeData attribute, int[] kernels)
    {
        public bool IsForward { get; } = attribute.AttributeClass!.Name == "ForwardAttribute";

        public string Name { get; } = Named(attribute, "Name", "");

        public string Suits { get; private set; } = NamedMember(attribute, "Suits", AnyDevice);

        public string Numerics { get; private set; } = NamedMember(attribute, "Numerics", PlainNumerics);

        public string Tiles { get; private set; } = Named(attribute, "Tiles", "");

        public bool HasOwnTerms => (Suits, Numerics, Tiles) != (AnyDevice, PlainNumerics, "");

        /// <summary>Name of the implementation that computes the same, and says all but the name; null where there is none.</summary>
        public string? Like { get; } = Named<string?>(attribute, "Like", null);

        public Place? Place { get; } = Place.Of(attribute.ApplicationSyntaxReference);

        public int[] Kernels { get; } = kernels;

        /// <summary>Indices of the roles whose gradients the kernels write, ascending.</summary>
        public int[] Gradients { get; set; } = [];

        public void Take(DeclaredImplementation other)
            => (Suits, Numerics, Tiles, Gradients) = (other.Suits, other.Numerics, other.Tiles, other.Gradients);
    }

    private void ParseImplementations()
    {
        _isWithoutGradient = HasAttribute("NoGradientAttribute");
        foreach (AttributeData attribute in _op.GetAttributes())
        {
            if (attribute.AttributeClass is not { IsGenericType: true } type
                || type.ContainingNamespace.ToDisplayString() + "." != Declarations)
                continue;
            if (type.Name is not ("ForwardAttribute" or "BackwardAttribute"))
                continue;
            // A kernel that does not exist is an error of the compiler's already.
            if (type.TypeArguments.Any(argument => argument.TypeKind == TypeKind.Error))
                continue;
            Place? place = Place.Of(attribute.ApplicationSyntaxReference);
            INamedTypeSymbol[] types = [.. type.TypeArguments.OfType<INamedTypeSymbol>()];
            DeclaredImplementation implementation = new(attribute, [.. types.Select(kernel => ParseKernel(kernel, place))]);
            if (implementation.IsForward)
                CheckForward(implementation);
            else
                CheckBackward(implementation);
            CheckScratchShapes(implementation);
            ParseLike(implementation);
            ParseTiles(implementation, types);
            _implementations.Add(implementation);
        }
        if (!_implementations.Any(implementation => implementation.IsForward) && !HasBrokenKernel())
            Report(OpDiagnostics.Declaration, _place, _op.Name, "has no forward pass", "add a [Forward<...>] attribute");
    }

    /// <summary>
    /// An implementation that stores its result elsewhere, or does without a tensor that is packed already, takes all else from the one
    /// that it is like; that of the pass whose gradients it writes, but for the one that is its result.
    /// </summary>
    private void ParseLike(DeclaredImplementation implementation)
    {
        bool storesResult = StoresResult(implementation);
        if (!storesResult && IsToldOfResult(implementation))
            Report(OpDiagnostics.ImplementationName, implementation.Place, implementation.IsForward ? "forward" : "backward", _op.Name,
                "has a kernel that is told how its result lies, but none that stores it in scratch that is marked IsResult");
        if (implementation.Like is null && !storesResult)
            return;
        string pass = implementation.IsForward ? "forward" : "backward";
        int missing = storesResult && !implementation.IsForward ? 1 : 0;
        List<DeclaredImplementation> others = _implementations.FindAll(candidate => candidate.IsForward == implementation.IsForward
            && candidate.Name == implementation.Like && candidate.Like is null
            && !implementation.Gradients.Except(candidate.Gradients).Any()
            && candidate.Gradients.Except(implementation.Gradients).Count() == missing);
        if (implementation.Like is null)
            Report(OpDiagnostics.ImplementationName, implementation.Place, pass, _op.Name,
                "stores its result in scratch, and needs Like = the name of the one that stores it where it belongs");
        else if (implementation.HasOwnTerms)
            Report(OpDiagnostics.ImplementationName, implementation.Place, pass, _op.Name,
                $"is like '{implementation.Like}', which says for both what Suits, Numerics and Tiles are");
        else if (implementation.IsForward && storesResult && _roles.Count(role => role.Kind == "Output") > 1)
            Report(OpDiagnostics.ImplementationName, implementation.Place, pass, _op.Name,
                "stores its result in scratch, which could be any of several outputs");
        else if (others.Count == 0)
            Report(OpDiagnostics.ImplementationName, implementation.Place, pass, _op.Name,
                $"is like '{implementation.Like}', and no earlier one of the pass has that name");
        else if (others.Count > 1)
            Report(OpDiagnostics.ImplementationName, implementation.Place, pass, _op.Name,
                $"is like '{implementation.Like}', as passes of several gradients have one, of which any could be its result");
        else if (!storesResult && !Reads(others[0]).Except(Reads(implementation)).Any())
            Report(OpDiagnostics.ImplementationName, implementation.Place, pass, _op.Name,
                $"is like '{implementation.Like}', but writes no scratch that is marked IsResult, nor does it without an input");
        else
            implementation.Take(others[0]);
    }

    private bool IsToldOfResult(DeclaredImplementation implementation) => implementation.Kernels.Select(index => _kernels[index].Call)
        .SelectMany(kernel => kernel.Push.Concat(kernel.Spec))
        .Any(argument => argument.Expression.Contains(ResultBinding));

    private IEnumerable<int> Reads(DeclaredImplementation implementation)
        => Uses(implementation).Where(use => use is { IsGradient: false, Reads: true, Role: >= 0 } && _roles[use.Role].Kind == "Input")
            .Select(use => use.Role);

    private bool StoresResult(DeclaredImplementation implementation)
        => Uses(implementation).Any(use => use is { Writes: true, IsGradient: false, Role: >= 0 } && _roles[use.Role].IsResult);

    private bool HasBrokenKernel() => _op.GetAttributes().Any(attribute =>
        attribute.AttributeClass is null or { TypeKind: TypeKind.Error }
            || attribute.AttributeClass.TypeArguments.Any(argument => argument.TypeKind == TypeKind.Error));

    private void CheckForward(DeclaredImplementation implementation)
    {
        foreach (KernelCallModel kernel in implementation.Kernels.Select(index => _kernels[index].Call))
        {
            foreach (RoleUseModel use in kernel.Uses.Where(use => use.Role >= 0))
            {
                DeclaredRole role = _roles[use.Role];
                if (use.IsGradient)
                    Report(OpDiagnostics.Gradient, implementation.Place, kernel.Path, role.BufferName, "a forward pass has no gradients");
                else if (use.Writes && role.Kind is "Input" or "Parameter")
                    Report(OpDiagnostics.Write, implementation.Place, kernel.Path, role.BufferName,
                        role.Kind == "Input" ? "an input" : "a parameter");
            }
        }
        if (HasUnmatchedBuffer(implementation))
            return;
        bool storesResult = StoresResult(implementation);
        foreach (DeclaredRole role in _roles.Where(role => role.Kind == "Saved" || (role.Kind == "Output" && !storesResult)))
        {
            if (!Uses(implementation).Any(use => use.Role == role.Index && !use.IsGradient && use.Writes))
            {
                string named = implementation.Name.Length == 0 ? "without a name" : $"'{implementation.Name}'";
                Report(OpDiagnostics.NotWritten, implementation.Place, named, _op.Name, role.BufferName);
            }
        }
    }

    /// <summary>Scratch has a shape only where a kernel of the implementation binds it.</summary>
    private void CheckScratchShapes(DeclaredImplementation implementation)
    {
        foreach (DeclaredKernel kernel in implementation.Kernels.Select(index => _kernels[index]))
        {
            foreach (ScratchArgument argument in kernel.ScratchShapes
                .Where(argument => Uses(implementation).All(use => use.Role != argument.Role.Index)))
            {
                Report(OpDiagnostics.Member, implementation.Place, argument.What, argument.Name, kernel.Call.Path, _op.Name,
                    $"no kernel of this implementation binds the scratch role {argument.Role.Name}, which has no shape then");
            }
        }
    }

    private void CheckBackward(DeclaredImplementation implementation)
    {
        if (_isWithoutGradient)
            Report(OpDiagnostics.Declaration, implementation.Place, _op.Name, "is [NoGradient] but has a backward pass",
                "remove one of the two attributes");
        foreach (KernelCallModel kernel in implementation.Kernels.Select(index => _kernels[index].Call))
        {
            foreach (RoleUseModel use in kernel.Uses.Where(use => use.Role >= 0))
            {
                DeclaredRole role = _roles[use.Role];
                if (!use.IsGradient)
                {
                    if (use.Writes && !role.IsScratch)
                        Report(OpDiagnostics.Write, implementation.Place, kernel.Path, role.BufferName, "a value of the forward pass");
                    continue;
                }
                if (role.Kind is not ("Input" or "Parameter" or "Output"))
                    Report(OpDiagnostics.Gradient, implementation.Place, kernel.Path, role.BufferName,
                        "only inputs, parameters and outputs have gradients");
                else if (role.IsConstant)
                    Report(OpDiagnostics.Gradient, implementation.Place, kernel.Path, role.BufferName, "the input is marked constant");
                else if (role.Element != "Float32")
                    Report(OpDiagnostics.Gradient, implementation.Place, kernel.Path, role.BufferName,
                        "only Float32 values have gradients");
                else if (role.Kind == "Output" && use.Writes)
                    Report(OpDiagnostics.Write, implementation.Place, kernel.Path, "d_" + role.BufferName, "the gradient of an output");
                else
                    role.HasGradient |= role.Kind == "Output" ? use.Reads : use.Writes;
            }
        }
        implementation.Gradients =
        [
            .. Uses(implementation)
                .Where(use => use is { IsGradient: true, Writes: true, Role: >= 0 } && _roles[use.Role].Kind is "Input" or "Parameter")
                .Select(use => use.Role).Distinct().OrderBy(role => role),
        ];
        if (implementation.Gradients.Length == 0 && !StoresResult(implementation) && !HasUnmatchedBuffer(implementation))
            Report(OpDiagnostics.Passes, implementation.Place, _op.Name,
                "write no gradient of an input or a parameter; a buffer 'd_<role>' must be writable");
    }

    private IEnumerable<RoleUseModel> Uses(DeclaredImplementation implementation)
        => implementation.Kernels.SelectMany(index => _kernels[index].Call.Uses);

    /// <summary>Reported already; what else seems to be missing may be that buffer.</summary>
    private bool HasUnmatchedBuffer(DeclaredImplementation implementation) => Uses(implementation).Any(use => use.Role < 0);

    /// <summary>Backward implementations belong to one pass where they write the same gradients.</summary>
    private EquatableArray<PassModel> BuildPasses()
    {
        List<List<DeclaredImplementation>> passes = [[.. _implementations.Where(implementation => implementation.IsForward)]];
        foreach (DeclaredImplementation implementation in _implementations.Where(i => !i.IsForward && i.Gradients.Length > 0))
        {
            if (passes.Skip(1).FirstOrDefault(pass => pass[0].Gradients.SequenceEqual(implementation.Gradients)) is { } pass)
            {
                pass.Add(implementation);
                continue;
            }
            foreach (int shared in passes.Skip(1).SelectMany(other => other[0].Gradients).Intersect(implementation.Gradients))
            {
                Report(OpDiagnostics.Passes, implementation.Place, _op.Name,
                    $"write 'd_{_roles[shared].BufferName}' along with other gradients than another implementation does; "
                    + "implementations of one pass write the same gradients");
            }
            passes.Add([implementation]);
        }
        foreach (List<DeclaredImplementation> pass in passes)
            CheckNames(pass);
        return passes.Select(pass => new PassModel(
            (pass.FirstOrDefault()?.Gradients ?? []).ToEquatableArray(),
            pass.Select(ToModel).ToEquatableArray())).ToEquatableArray();
    }

    private void CheckNames(List<DeclaredImplementation> pass)
    {
        for (int i = 0; i < pass.Count; i++)
        {
            string name = pass[i].Name;
            string passName = pass[i].IsForward ? "forward" : "backward";
            if (i == 0 && pass[i].Suits != AnyDevice)
                Report(OpDiagnostics.PlainImplementation, pass[i].Place, passName, _op.Name, $"Suits = DeviceKind.{pass[i].Suits}");
            if (i == 0 && pass[i].Numerics != PlainNumerics)
                Report(OpDiagnostics.PlainImplementation, pass[i].Place, passName, _op.Name,
                    $"Numerics = NumericsClass.{pass[i].Numerics}");
            if (i == 0 && name.Length > 0)
                Report(OpDiagnostics.ImplementationName, pass[i].Place, passName, _op.Name,
                    $"is the first one, which supports every shape and has no name; remove Name = \"{name}\"");
            else if (i > 0 && name.Length == 0)
                Report(OpDiagnostics.ImplementationName, pass[i].Place, passName, _op.Name,
                    "is an alternative and needs a name, such as Name = \"Tiled\"");
            else if (i > 0 && !Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier(name))
                Report(OpDiagnostics.ImplementationName, pass[i].Place, passName, _op.Name,
                    $"has the name '{name}', which is no C# identifier");
            else if (i > 0 && pass.Take(i).Any(other => other.Name == name))
                Report(OpDiagnostics.ImplementationName, pass[i].Place, passName, _op.Name, $"has the name '{name}' of an earlier one");
        }
    }

    private ImplementationModel ToModel(DeclaredImplementation implementation) => new(
        implementation.Name,
        implementation.Suits,
        implementation.Numerics,
        implementation.Kernels.ToEquatableArray(),
        Uses(implementation).Where(use => use.Role >= 0 && _roles[use.Role].IsScratch).Select(use => use.Role).Distinct()
            .OrderBy(role => role).ToEquatableArray(),
        implementation.Tiles,
        implementation.Like);
}
