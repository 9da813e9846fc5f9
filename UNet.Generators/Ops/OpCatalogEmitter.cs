using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

/// <summary>What the catalogue holds of an op.</summary>
internal sealed record OpCatalogEntry(string FullName, EquatableArray<SampleModel> Samples);

/// <summary>Writes the catalogue of an assembly's ops and samples.</summary>
internal static class OpCatalogEmitter
{
    public static string Emit(IEnumerable<OpCatalogEntry> entries, string name, bool isPublic)
    {
        OpCatalogEntry[] sorted = [.. entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal)];
        CodeWriter writer = new();
        writer.Lines(
            "using System.Collections.Generic;", "using System.Collections.Immutable;", "using System.Linq;",
            "using UNet.Vulkan.Graph;", "using UNet.Vulkan.Ops.Declaration;", "",
            $"namespace {name};", "");
        writer.Summary("Every op of this assembly, and the samples on which checks and benchmarks run.");
        writer.Open($"{(isPublic ? "public" : "internal")} static class OpCatalog");
        writer.Summary("The ops, sorted by name.");
        writer.Line("public static ImmutableArray<OpInfo> Ops { get; } =");
        writer.Line("[");
        foreach (OpCatalogEntry entry in sorted)
            writer.Line($"    {entry.FullName}.StaticInfo,");
        writer.Lines("];", "");
        writer.Summary("The samples of all ops, in the order of the ops and of their attributes.");
        writer.Line("public static ImmutableArray<OpSample> Samples { get; } =");
        writer.Line("[");
        foreach (OpCatalogEntry entry in sorted)
        {
            foreach (SampleModel sample in entry.Samples)
            {
                string shapes = string.Join(", ", sample.Shapes.Select(shape => $"Shape.Of({shape})"));
                writer.Line($"    new OpSample(new {entry.FullName}({sample.Arguments}), [{shapes}]),");
            }
        }
        writer.Lines("];", "");
        writer.Summary("The samples of one op.");
        writer.Line("public static IEnumerable<OpSample> SamplesOf(OpInfo info)");
        writer.Line("    => Samples.Where(sample => ReferenceEquals(sample.Op.Info, info));");
        writer.Close();
        return writer.ToString();
    }
}
