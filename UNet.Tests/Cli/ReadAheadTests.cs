using System.Collections.Concurrent;
using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class ReadAheadTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public void TheNextItemIsReadWhileOneIsWorkedOn()
    {
        using BlockingCollection<int> begun = [];
        using ReadAhead<int> items = new(3, i => { begun.Add(i); return 10 * i; });
        Assert.True(begun.TryTake(out int first, Long)); // before anything was asked for
        Assert.Equal(0, first);
        int expected = 0;
        foreach (int item in items)
        {
            Assert.Equal(10 * expected++, item);
            if (expected == 3)
                break;
            Assert.True(begun.TryTake(out int next, Long));
            Assert.Equal(expected, next);
            Assert.Empty(begun);
        }

        Assert.Equal(3, expected);
    }

    [Fact]
    public void AFailureArisesWhereItsItemIsAskedFor()
    {
        using ReadAhead<int> items = new(3, i => i == 1 ? throw new InvalidDataException("one") : i);
        using IEnumerator<int> next = items.GetEnumerator();
        Assert.True(next.MoveNext());
        Assert.Equal("one", Assert.Throws<InvalidDataException>(() => next.MoveNext()).Message);
    }

    [Fact]
    public void WhatNobodyAskedForIsDisposedOf()
    {
        using MemoryStream taken = new();
        MemoryStream left = new();
        using (ReadAhead<MemoryStream> items = new(2, i => i == 0 ? taken : left))
            Assert.Same(taken, items.First());
        Assert.True(taken.CanRead);
        Assert.False(left.CanRead);
    }

    [Fact]
    public void WhoLeavesWaitsForTheReader()
    {
        bool isDone = false;
        using (ReadAhead<int> items = new(2, _ => { Thread.Sleep(100); isDone = true; throw new InvalidDataException(); }))
        {
        }

        Assert.True(isDone);
        Assert.Empty(new ReadAhead<int>(0, i => i));
    }
}
