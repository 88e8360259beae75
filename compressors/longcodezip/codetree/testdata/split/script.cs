using System;

var x = 1;
Console.WriteLine(x);
if (x > 1)
{
    Go(x);
}

int Go(int a)
{
    return a;
}
