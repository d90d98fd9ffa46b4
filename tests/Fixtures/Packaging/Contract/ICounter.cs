namespace Theseus.Fixtures.Counting;

[Contract]
public interface ICounter
{
    long Next(string name);
}
