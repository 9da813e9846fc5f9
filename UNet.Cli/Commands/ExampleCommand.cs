using System.CommandLine;

namespace UNet.Cli.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Whole command lines, each with a remark behind # where it needs one.</summary>
    public string[] Examples { get; } = examples;
}
