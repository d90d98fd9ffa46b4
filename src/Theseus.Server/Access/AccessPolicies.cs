using Microsoft.AspNetCore.Authorization;
using Theseus.Control;

namespace Theseus.Server.Access;

/// <summary>What an endpoint asks for, and the roles that have it.</summary>
internal static class AccessPolicies
{
    public const string Scheme = "Theseus";
    public const string Look = "theseus-look";
    public const string Operate = "theseus-operate";
    public const string Approve = "theseus-approve";
    public const string Administer = "theseus-administer";

    public static readonly IReadOnlyDictionary<string, IReadOnlyList<AccessRole>> Roles = new Dictionary<string, IReadOnlyList<AccessRole>>
    {
        [Look] = Enum.GetValues<AccessRole>(),
        [Operate] = [AccessRole.Operator, AccessRole.Admin],
        [Approve] = [AccessRole.Approver, AccessRole.Admin],
        [Administer] = [AccessRole.Admin],
    };

    public static void Add(AuthorizationOptions options)
    {
        foreach (var (name, roles) in Roles)
        {
            options.AddPolicy(name, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser().RequireRole(roles.Select(role => role.ToString())));
        }
    }
}
