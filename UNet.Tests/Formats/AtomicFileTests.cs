using UNet.Vulkan.Formats;
using Xunit;

namespace UNet.Tests.Formats;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheNewFileTakesTheOldOnesPlace()
    {
        string path = _folder.File("a.txt");
        AtomicFile.Write(path, stream => stream.Write("old, and longer"u8));
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void ALinkStaysAndItsFileIsWritten()
    {
        Directory.CreateDirectory(_folder.File("real"));
        string target = Path.Combine(_folder.File("real"), "b.txt");
        File.WriteAllText(target, "old");
        Directory.CreateSymbolicLink(_folder.File("folder"), "real");
        File.CreateSymbolicLink(_folder.File("c.txt"), Path.Combine("folder", "b.txt"));
        File.CreateSymbolicLink(_folder.File("a.txt"), "c.txt");
        AtomicFile.Write(_folder.File("a.txt"), stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal("c.txt", new FileInfo(_folder.File("a.txt")).LinkTarget);
        Assert.Equal(AtomicFile.PlaceOf(target), AtomicFile.PlaceOf(_folder.File("a.txt")));
        Assert.Single(Directory.GetFiles(_folder.File("real")));
    }

    [Fact]
    public void LinksInACircleHaveAnEnd()
    {
        File.CreateSymbolicLink(_folder.File("a"), "b");
        File.CreateSymbolicLink(_folder.File("b"), "a");
        Assert.NotEmpty(AtomicFile.PlaceOf(_folder.File("a")));
    }

    [Fact]
    public void ADeviceIsNotReplaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux is asked.");
        Assert.False(AtomicFile.CanReplace("/dev/null"));
        Assert.False(AtomicFile.CanReplace(_folder.Path));
        Assert.True(AtomicFile.CanReplace(_folder.File("none")));
        File.WriteAllText(_folder.File("some"), "");
        Assert.True(AtomicFile.CanReplace(_folder.File("some")));
    }

    [Fact]
    public void TwoWritesAtOnceDoNotMeet()
    {
        string path = _folder.File("a.txt");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("outer"u8);
            AtomicFile.Write(path, inner => inner.Write("inner"u8));
            Assert.Equal("inner", File.ReadAllText(path));
            Assert.Throws<InvalidDataException>(() => AtomicFile.Write(path, _ => throw new InvalidDataException()));
        });
        Assert.Equal("outer", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    /// <summary>Permissions stop nobody who may do everything: the refusal comes from the one who writes.</summary>
    [Fact]
    public void WhatMayNotBeWrittenIsAnErrorOfInputAndOutput()
    {
        string path = _folder.File("a.txt");
        IOException refusal = Assert.Throws<IOException>(() => AtomicFile.WriteNamed(path, _ => throw new UnauthorizedAccessException()));
        Assert.Contains("change the permissions", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void AWriteThatFailsLeavesTheOldFileAndNothingElse()
    {
        string path = _folder.File("a.txt");
        AtomicFile.Write(path, stream => stream.Write("old"u8));
        Assert.Throws<InvalidDataException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("ne"u8);
            throw new InvalidDataException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }
}
