namespace Theseus.Cli;

/// <summary>What the process's exit code says. Documented in <c>docs/reference/cli.md</c>; the numbers do not change.</summary>
internal static class ExitCode
{
    /// <summary>It was done.</summary>
    public const int Done = 0;

    /// <summary>An error that nobody thought of.</summary>
    public const int Unexpected = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No host answers.</summary>
    public const int Unreachable = 3;

    /// <summary>There is no such component, generation, release or file.</summary>
    public const int NotFound = 4;

    /// <summary>The host refused, and has begun nothing.</summary>
    public const int Refused = 5;

    /// <summary>The swap failed before its point of no return: nothing has changed.</summary>
    public const int Failed = 6;

    /// <summary>The new release was taken back: the one before serves again.</summary>
    public const int RolledBack = 7;

    /// <summary>The release's package is not accepted.</summary>
    public const int ReleaseRefused = 8;

    /// <summary>An upgrade went back, and some nodes could not be brought back in time.</summary>
    public const int RollbackFailed = 9;

    /// <summary>There is no token, it is not valid, or it does not allow this.</summary>
    public const int NotAllowed = 10;

    /// <summary>The audit's records are not what was written.</summary>
    public const int AuditBroken = 11;

    /// <summary>Waiting was given up; the host goes on with what it was asked for.</summary>
    public const int Cancelled = 130;
}
