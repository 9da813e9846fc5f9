using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace UNet.Bench;

/// <summary>A column of what a pass achieves, from its median time.</summary>
/// <param name="name">Heading.</param>
/// <param name="legend">One sentence.</param>
/// <param name="format">How to print the number.</param>
/// <param name="value">From the case, its seconds, and the ceiling in operations a second.</param>
internal sealed class RateColumn(string name, string legend, string format, Func<PassCase, double, double, double> value) : IColumn
{
    /// <summary>The columns of a pass.</summary>
    public static IColumn[] All { get; } =
    [
        new RateColumn("GFLOP/s", "Floating-point operations that the pass takes by its definition", "0.0",
            (pass, seconds, _) => pass.Operations / seconds / 1e9),
        new RateColumn("GB/s", "Bytes of the bound ranges, each once a kernel", "0.0", (pass, seconds, _) => pass.Bytes / seconds / 1e9),
        new RateColumn("Ceiling", "Share of the rate of multiplications and additions alone", "0 %",
            (pass, seconds, most) => pass.Operations / seconds / most),
    ];

    /// <inheritdoc/>
    public string Id => name;

    /// <inheritdoc/>
    public string ColumnName => name;

    /// <inheritdoc/>
    public bool AlwaysShow => true;

    /// <inheritdoc/>
    public ColumnCategory Category => ColumnCategory.Statistics;

    /// <inheritdoc/>
    public int PriorityInCategory => 0;

    /// <inheritdoc/>
    public bool IsNumeric => true;

    /// <inheritdoc/>
    public UnitType UnitType => UnitType.Dimensionless;

    /// <inheritdoc/>
    public string Legend => legend;

    /// <inheritdoc/>
    public bool IsAvailable(Summary summary) => true;

    /// <inheritdoc/>
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        BenchmarkCase? ceiling = summary.BenchmarksCases.FirstOrDefault(other => CaseOf(other).IsCeiling);
        if (SecondsOf(summary, benchmarkCase) is not double seconds || SecondsOf(summary, ceiling) is not double best)
            return "-";
        return value(CaseOf(benchmarkCase), seconds, CaseOf(ceiling!).Operations / best).ToString(format, CultureInfo.InvariantCulture);
    }

    private static PassCase CaseOf(BenchmarkCase benchmarkCase) => (PassCase)benchmarkCase.Parameters[nameof(OpBenchmarks.Case)];

    private static double? SecondsOf(Summary summary, BenchmarkCase? benchmarkCase)
        => benchmarkCase is null ? null : summary[benchmarkCase]?.ResultStatistics?.Median * 1e-9;
}
