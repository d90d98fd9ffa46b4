using System.Net;
using System.Net.Sockets;

namespace Theseus.Servers;

/// <summary>Ports that nobody listens on at this moment. Somebody else may take one before it is used.</summary>
internal static class FreePort
{
    public static int Find() => Find(1)[0];

    /// <summary>Several different ones.</summary>
    public static IReadOnlyList<int> Find(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listeners.Add(listener);
                listener.Start();
            }

            return [.. listeners.Select(one => ((IPEndPoint)one.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(one => one.Dispose());
        }
    }
}
