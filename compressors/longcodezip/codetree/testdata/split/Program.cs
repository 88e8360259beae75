using System;

namespace Tools;

/// <summary>Runs.</summary>
public class Program
{
    public static void Main()
    {
        Console.WriteLine(1);
    }

#if DEBUG
    private static void Trace()
    {
        Console.WriteLine("trace");
    }
#else
    private static void Trace() { }
#endif
}
