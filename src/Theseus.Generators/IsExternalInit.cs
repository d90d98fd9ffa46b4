namespace System.Runtime.CompilerServices;

// The compiler asks for it where records are compiled for netstandard2.0.
internal static class IsExternalInit;
