using Theseus.Packaging;

// Adds and removes a release over and over, and says so, until it is killed.
var store = new ReleaseStore(args[0]);
while (true)
{
    using var package = File.OpenRead(args[1]);
    var added = await store.AddAsync(package, CancellationToken.None);
    Console.WriteLine("added");
    store.Remove(added.Release!.Digest);
    Console.WriteLine("removed");
}
