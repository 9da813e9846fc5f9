using Xunit;

namespace UNet.Tests.Generators;

/// <summary>Generated files as they must be, letter for letter, in the folder <c>Expected</c>.</summary>
internal static class ExpectedFile
{
    /// <summary>Fails unless the text is that of the file; what it is instead is then written beside the test program.</summary>
    public static void Is(string name, string actual)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Generators", "Expected", name + ".txt");
        string expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (expected == actual)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".actual", actual);
        Assert.Equal(expected, actual);
    }
}
