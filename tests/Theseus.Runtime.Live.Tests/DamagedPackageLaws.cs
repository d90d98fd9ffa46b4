using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Theseus.Packaging;
using Theseus.Packaging.Tests.Reading;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Every kind of damaged package, put before a live host: refused with its reason, before a byte of it is loaded.</summary>
public sealed class DamagedPackageLaws : IDisposable
{
    private const string Code = "lib/net10.0/Theseus.Samples.Markdown.dll";

    private static readonly byte[] s_good = File.ReadAllBytes(Path.Combine(LiveHost.Releases, "markdown.2.0.0.nupkg"));

    private readonly string _feed = Directory.CreateTempSubdirectory("theseus-feed-").FullName;

    /// <summary>
    /// What a feed sees when it lists a package is not offered by it, so that the release is nowhere; what is seen only by reading
    /// all of it is refused.
    /// </summary>
    public static TheoryData<string, string, SwapReason> Kinds => new()
    {
        { "a file's bytes changed", "FileDigestWrong", SwapReason.ReleaseRefused },
        { "a file's digest changed in the manifest", "FileDigestWrong", SwapReason.ReleaseRefused },
        { "a file longer than it says", "FileSizeWrong", SwapReason.ReleaseRefused },
        { "a file absent", "FileMissing", SwapReason.ReleaseNotFound },
        { "a file more", "FileNotListed", SwapReason.ReleaseNotFound },
        { "cut in the middle", "Truncated", SwapReason.ReleaseNotFound },
        { "cut by one byte", "Truncated", SwapReason.ReleaseNotFound },
        { "the same entry twice", "DuplicateEntry", SwapReason.ReleaseNotFound },
        { "a path that leads out", "PathEscapes", SwapReason.ReleaseNotFound },
        { "an absolute path", "PathEscapes", SwapReason.ReleaseNotFound },
        { "a symbolic link", "NotAFile", SwapReason.ReleaseNotFound },
        { "larger than a package may be", "PackageTooLarge", SwapReason.ReleaseNotFound },
        { "an entry that inflates", "RatioTooHigh", SwapReason.ReleaseRefused },
        { "a manifest that is no JSON", "ManifestMalformed", SwapReason.ReleaseNotFound },
        { "a manifest of a later form", "ManifestFormatUnknown", SwapReason.ReleaseNotFound },
        { "a manifest of another version", "PackageVersionMismatch", SwapReason.ReleaseNotFound },
        { "an entry type that is not there", "EntryTypeMissing", SwapReason.ReleaseRefused },
        { "no manifest's nuspec", "NuspecInvalid", SwapReason.ReleaseNotFound },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ItIsRefusedWithItsReasonAndTheOldVersionServesAllCalls(string kind, string fault, SwapReason reason)
    {
        File.Copy(Path.Combine(LiveHost.Releases, "markdown.1.0.0.nupkg"), Path.Combine(_feed, "markdown.1.0.0.nupkg"));
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), feed: _feed);
        Put(kind);
        var load = new Load(() => Assert.Contains("<em>text</em>", host.Markdown.Render("*text*")));
        var steps = new Steps { At = (step, _) => Assert.Equal(SwapStep.Validate, step) };

        var staged = await host.Engine.StageAsync("markdown", "2.0.0", LiveHost.Quick with { Progress = steps });
        var swapped = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Progress = steps });

        Assert.All([staged, swapped], result =>
        {
            Assert.Equal((SwapOutcome.Refused, reason), (result.Outcome, result.Reason));
            Assert.Contains($"{fault} at ", result.Detail);
            Assert.Contains("markdown.2.0.0.nupkg", result.Detail);
            Assert.Equal(SwapStep.Validate, Assert.Single(result.Steps).Step);
        });
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", Assert.Single(host.Engine.GetStatus("markdown").Generations).Version);
        Assert.Single(new ReleaseStore(Path.Combine(host.Folder, ".theseus", "store")).List());
        // A package that was there and not accepted is on record: once, though it was asked for twice.
        var history = host.Engine.GetHistory("markdown");
        Assert.Equal(reason == SwapReason.ReleaseRefused ? [swapped.Id!] : [], history.Select(one => one.Id));
        Assert.All(history, one =>
        {
            Assert.Equal(("Refused", "ReleaseRefused", "2.0.0", "1.0.0"), (one.Outcome, one.Reason, one.To.Version, one.Serves?.Version));
            Assert.Contains($"{fault} at ", one.Detail);
        });
    }

    [Fact]
    public async Task AReleaseThatIsDamagedInTheHostsOwnStoreIsNotLoadedFromThere()
    {
        File.Copy(Path.Combine(LiveHost.Releases, "markdown.1.0.0.nupkg"), Path.Combine(_feed, "markdown.1.0.0.nupkg"));
        File.WriteAllBytes(Path.Combine(_feed, "markdown.2.0.0.nupkg"), s_good);
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), feed: _feed);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.RollbackAsync("markdown")).Outcome);
        var load = new Load(() => Assert.Contains("<em>text</em>", host.Markdown.Render("*text*")));
        // The first release is in use and stays as it is: what is damaged is the other's code.
        var stored = Directory.EnumerateFiles(Path.Combine(host.Folder, ".theseus", "store"), Path.GetFileName(Code), SearchOption.AllDirectories)
            .Single(path => File.ReadAllBytes(path).AsSpan().SequenceEqual(RawZip.Read(s_good).Single(entry => entry.Name == Code).Content));
        File.Delete(Path.Combine(_feed, "markdown.2.0.0.nupkg"));
        StoredFiles.Damage(stored);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);

        Assert.Equal((SwapOutcome.Refused, SwapReason.ReleaseRefused), (result.Outcome, result.Reason));
        Assert.Contains($"FileDigestWrong at {Code}", result.Detail);
        Assert.Contains("No feed has 'markdown' 2.0.0", result.Detail);
        Assert.Equal((result.Id, "Refused", "ReleaseRefused", result.Detail), Record(host.Engine.GetHistory("markdown")[0]));
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Engine.GetStatus("markdown").ServingVersion);
    }

    private static (string? Id, string? Outcome, string? Reason, string? Detail) Record(SwapRecord record) => (record.Id, record.Outcome, record.Reason, record.Detail);

    public void Dispose() => Directory.Delete(_feed, recursive: true);

    private void Put(string kind)
    {
        var path = Path.Combine(_feed, "markdown.2.0.0.nupkg");
        if (kind == "larger than a package may be")
        {
            using var file = File.Create(path);
            file.Write(s_good);
            file.SetLength(PackageLimits.Default.MaxPackageBytes + 1);
            return;
        }

        File.WriteAllBytes(path, kind switch
        {
            "cut in the middle" => s_good[..(s_good.Length / 2)],
            "cut by one byte" => s_good[..^1],
            _ => RawZip.Write(Damage(kind, RawZip.Read(s_good))),
        });
    }

    private static List<RawEntry> Damage(string kind, List<RawEntry> entries)
    {
        var code = entries.FindIndex(entry => entry.Name == Code);
        var manifest = entries.FindIndex(entry => entry.Name == ReleaseManifest.FileName);
        switch (kind)
        {
            case "a file's bytes changed":
                entries[code].Content[^1] ^= 1;
                break;
            case "a file's digest changed in the manifest":
                Edit(root => root["files"]!.AsArray().Single(file => (string)file!["path"]! == Code)!["sha256"] = new string('0', 64));
                break;
            case "a file longer than it says":
                entries[code] = entries[code] with { Content = [.. entries[code].Content, 0] };
                break;
            case "a file absent":
                entries.RemoveAt(entries.FindIndex(entry => entry.Name.EndsWith("/Markdig.dll", StringComparison.Ordinal)));
                break;
            case "a file more":
                entries.Add(new("lib/net10.0/evil.dll", [1]));
                break;
            case "the same entry twice":
                entries.Add(entries[code]);
                break;
            case "a path that leads out":
                entries.Add(new("../evil.dll", [1]));
                break;
            case "an absolute path":
                entries.Add(new("/etc/evil", [1]));
                break;
            case "a symbolic link":
                entries[code] = entries[code] with { Mode = 0xA1FF };
                break;
            case "an entry that inflates":
                var bomb = new RawEntry("bomb.bin", new byte[8 << 20]);
                entries.Add(bomb);
                Edit(root => root["files"]!.AsArray().Add(new JsonObject
                {
                    ["path"] = bomb.Name,
                    ["size"] = bomb.Content.Length,
                    ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bomb.Content)),
                }));
                break;
            case "a manifest that is no JSON":
                entries[manifest] = entries[manifest] with { Content = "{ \"format\": 1,"u8.ToArray() };
                break;
            case "a manifest of a later form":
                Edit(root => root["format"] = 2);
                break;
            case "a manifest of another version":
                Edit(root => root["version"] = "2.0.1");
                break;
            case "an entry type that is not there":
                Edit(root => root["entry"]!["type"] = "Theseus.Samples.Markdown.Nowhere");
                break;
            case "no manifest's nuspec":
                entries.RemoveAll(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal));
                break;
            default:
                throw new ArgumentException(kind, nameof(kind));
        }

        return entries;

        void Edit(Action<JsonObject> change)
        {
            var root = JsonNode.Parse(entries[manifest].Content)!.AsObject();
            change(root);
            entries[manifest] = entries[manifest] with { Content = Encoding.UTF8.GetBytes(root.ToJsonString()) };
        }
    }
}
