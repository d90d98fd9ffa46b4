namespace Theseus.Server;

/// <summary>A class of error, by a name that does not change. The list is closed: the API answers with no other.</summary>
/// <param name="Name">The name, in kebab case: the <c>code</c> of a problem.</param>
/// <param name="Status">The HTTP status that it comes with.</param>
/// <param name="Title">What it means, for people.</param>
public sealed record ErrorCode(string Name, int Status, string Title)
{
    /// <summary>The request has faults; <c>errors</c> names all of them.</summary>
    public static readonly ErrorCode InvalidRequest = new("invalid-request", 400, "The request has faults.");

    /// <summary>No token, or none that is valid.</summary>
    public static readonly ErrorCode Unauthorized = new("unauthorized", 401, "A valid token is needed.");

    /// <summary>The token's role does not allow it.</summary>
    public static readonly ErrorCode Forbidden = new("forbidden", 403, "The token's role does not allow this.");

    /// <summary>Who asked for an upgrade cannot approve it.</summary>
    public static readonly ErrorCode OwnRequest = new("own-request", 403, "Who asks for an upgrade cannot approve it.");

    /// <summary>There is nothing at that address.</summary>
    public static readonly ErrorCode NotFound = new("not-found", 404, "There is nothing at this address.");

    /// <summary>There is no upgrade of that id.</summary>
    public static readonly ErrorCode UnknownUpgrade = new("unknown-upgrade", 404, "There is no such upgrade.");

    /// <summary>There is no node of that name.</summary>
    public static readonly ErrorCode UnknownNode = new("unknown-node", 404, "There is no such node.");

    /// <summary>There is no component of that name.</summary>
    public static readonly ErrorCode UnknownComponent = new("unknown-component", 404, "There is no such component.");

    /// <summary>The feeds have no such release of the component.</summary>
    public static readonly ErrorCode UnknownRelease = new("unknown-release", 404, "There is no such release.");

    /// <summary>There is no distributed task of that id.</summary>
    public static readonly ErrorCode UnknownTask = new("unknown-task", 404, "There is no such task.");

    /// <summary>There is no alert of that id, or none any more.</summary>
    public static readonly ErrorCode UnknownAlert = new("unknown-alert", 404, "There is no such alert.");

    /// <summary>There is no metric of that name.</summary>
    public static readonly ErrorCode UnknownMetric = new("unknown-metric", 404, "There is no such metric.");

    /// <summary>There is no token of that id.</summary>
    public static readonly ErrorCode UnknownToken = new("unknown-token", 404, "There is no such token.");

    /// <summary>What is at that address takes another method.</summary>
    public static readonly ErrorCode MethodNotAllowed = new("method-not-allowed", 405, "This address takes another method.");

    /// <summary>The body came too slowly.</summary>
    public static readonly ErrorCode TooSlow = new("too-slow", 408, "The body came too slowly.");

    /// <summary>Where the upgrade or the task stands, the order makes no sense.</summary>
    public static readonly ErrorCode WrongState = new("wrong-state", 409, "Where it stands, this makes no sense.");

    /// <summary>The node is counted on, and its removal was not forced.</summary>
    public static readonly ErrorCode NodeInUse = new("node-in-use", 409, "The node is counted on.");

    /// <summary>Another upgrade of one of the components has not ended.</summary>
    public static readonly ErrorCode Busy = new("busy", 409, "Another upgrade of the component has not ended.");

    /// <summary>The line is stopped.</summary>
    public static readonly ErrorCode LineStopped = new("line-stopped", 409, "The line is stopped.");

    /// <summary>The release's package is not accepted.</summary>
    public static readonly ErrorCode ReleaseRefused = new("release-refused", 409, "The release's package is not accepted.");

    /// <summary>The upgrade was looked at, and is not possible.</summary>
    public static readonly ErrorCode NotPossible = new("not-possible", 409, "The upgrade is not possible.");

    /// <summary>The plan is not the one that was approved.</summary>
    public static readonly ErrorCode PlanChanged = new("plan-changed", 409, "The plan is not the one that was looked at.");

    /// <summary>The key was given to another request before.</summary>
    public static readonly ErrorCode KeyReused = new("key-reused", 409, "The key was given to another request.");

    /// <summary>No node has joined that could do a task.</summary>
    public static readonly ErrorCode NoNodes = new("no-nodes", 409, "No node has joined that could do it.");

    /// <summary>There are nodes, and none of them could do a task.</summary>
    public static readonly ErrorCode NoFittingNode = new("no-fitting-node", 409, "No node could do it.");

    /// <summary>There is nothing to go back to, or nothing leads there any more.</summary>
    public static readonly ErrorCode NoWayBack = new("no-way-back", 409, "There is no way back.");

    /// <summary>The last valid admin's token is not revoked.</summary>
    public static readonly ErrorCode LastAdmin = new("last-admin", 409, "The last admin's token is not revoked.");

    /// <summary>The body has more than 256 KiB.</summary>
    public static readonly ErrorCode TooLarge = new("too-large", 413, "The body is too large.");

    /// <summary>The body is not JSON in UTF-8.</summary>
    public static readonly ErrorCode UnsupportedMediaType = new("unsupported-media-type", 415, "The body has to be JSON.");

    /// <summary>Too many wrong tokens came from one address.</summary>
    public static readonly ErrorCode TooManyAttempts = new("too-many-attempts", 429, "Too many wrong tokens.");

    /// <summary>Something that nobody thought of; the server's log says what.</summary>
    public static readonly ErrorCode InternalError = new("internal-error", 500, "Something went wrong in the server.");

    /// <summary>The database could not do it: its disk is full, or it is locked.</summary>
    public static readonly ErrorCode StorageFault = new("storage-fault", 503, "The database cannot be used now.");

    /// <summary>As many event streams are open as the server allows.</summary>
    public static readonly ErrorCode TooManyStreams = new("too-many-streams", 503, "Too many event streams are open.");

    /// <summary>It was not done in time; it may be done yet.</summary>
    public static readonly ErrorCode TimedOut = new("timed-out", 503, "It was not done in time.");

    /// <summary>The server is ending.</summary>
    public static readonly ErrorCode Stopping = new("stopping", 503, "The server is ending.");

    /// <summary>Every code that there is, by status.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        InvalidRequest, Unauthorized, Forbidden, OwnRequest, NotFound, UnknownUpgrade, UnknownNode, UnknownComponent, UnknownRelease, UnknownTask, UnknownAlert, UnknownMetric, UnknownToken, MethodNotAllowed, TooSlow, WrongState, NodeInUse, Busy,
        LineStopped, ReleaseRefused, NotPossible, PlanChanged, KeyReused, NoNodes, NoFittingNode, NoWayBack, LastAdmin, TooLarge, UnsupportedMediaType, TooManyAttempts, InternalError, StorageFault, TooManyStreams, TimedOut, Stopping,
    ];
}
