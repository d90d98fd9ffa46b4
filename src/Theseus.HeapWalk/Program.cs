using System.Text.Json;
using Theseus.HeapWalk;

// Two processes: 'guard' starts 'walk', which stops the host; if that one dies or takes too long, the guard, which
// touches nothing, sees to it that the host goes on.
switch (args)
{
    case ["guard", .. var rest] when WalkRequest.Parse(rest) is { } request:
        return await Guard.RunAsync(request);
    case ["walk", .. var rest] when WalkRequest.Parse(rest) is { } request:
        WalkResult result;
        try
        {
            result = await Walker.WalkAsync(request, TimeProvider.System);
        }
        catch (Exception e)
        {
            result = WalkResult.Failed($"{e.GetType().Name}: {e.Message}");
        }

        Console.WriteLine(JsonSerializer.Serialize(result, WalkJson.Default.WalkResult));
        return result.Problem is null ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: guard|walk PROCESS-ID LOAD-CONTEXT ENTRY-TYPE DEADLINE-MILLISECONDS");
        return 2;
}
