namespace UNet.Vulkan;

/// <summary>
/// What the user gave cannot be used: a missing folder, an unpaired mask, a broken file, a value out of range. The message
/// is one sentence that says what is wrong, where, and what to do about it; the command line shows it alone, with exit code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>An error with a message for the user.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>An error with a message for the user and the cause, which is shown only on request.</summary>
    public InputException(string message, Exception cause) : base(message, cause) { }
}
