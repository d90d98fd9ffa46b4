using Theseus.Build;

if (args is ["seal", var response])
    return SealCommand.Run(response, Console.Out, Console.Error);
Console.Error.WriteLine("usage: Theseus.Build seal RESPONSE-FILE");
return 2;
