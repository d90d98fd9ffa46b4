namespace Theseus.Fixtures.CounterMath;

public static class Step
{
    public static long After(long count) => count + 1;
}
