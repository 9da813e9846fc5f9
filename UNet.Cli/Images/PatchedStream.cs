namespace UNet.Cli.Images;

/// <summary>A file that is read as if other bytes stood in one place of it.</summary>
/// <param name="file">The file, which is closed with this.</param>
/// <param name="place">Where the other bytes stand.</param>
/// <param name="patch">The other bytes.</param>
internal sealed class PatchedStream(FileStream file, long place, byte[] patch) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        long from = file.Position;
        int read = file.Read(buffer);
        long first = Math.Max(from, place);
        long end = Math.Min(from + read, place + patch.Length);
        if (first < end)
            patch.AsSpan((int)(first - place), (int)(end - first)).CopyTo(buffer[(int)(first - from)..]);
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
