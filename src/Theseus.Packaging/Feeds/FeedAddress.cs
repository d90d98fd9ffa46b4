namespace Theseus.Packaging;

/// <summary>Rules for addresses and what is put into them.</summary>
internal static class FeedAddress
{
    public static bool IsSecure(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    /// <summary>An address without user, query and fragment, which may hold secrets.</summary>
    public static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>An id as NuGet allows it, and nothing that would lead elsewhere in a path.</summary>
    public static bool IsPackageId(string id) =>
        id.Length is > 0 and <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
        && char.IsAsciiLetterOrDigit(id[0]) && id[^1] is not ('.' or '-') && !id.Contains("..", StringComparison.Ordinal);
}
