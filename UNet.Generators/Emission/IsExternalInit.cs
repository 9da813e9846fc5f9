namespace System.Runtime.CompilerServices;

/// <summary>Lets records and <c>init</c> accessors compile for netstandard2.0, which does not declare it.</summary>
internal static class IsExternalInit;
