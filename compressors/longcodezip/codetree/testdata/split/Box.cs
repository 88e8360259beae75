#nullable enable
using System;
using static System.Math;

[assembly: CLSCompliant(true)]

namespace Shapes.Solid
{
    /// <summary>A box.</summary>
    [Serializable]
    public partial class Box<T> : Base, IShape where T : class
    {
        private readonly int _x = 1;
        public const int Sides = 6;
        public int Side { get; set; }

        public int Area
        {
            get { return 1; }
            set
            {
                Check(value);
                _area = value;
            }
        }

        public int Twice => 2 * Side;

        #region making
        public Box(int a) : base(a)
        {
            Check(a);
        }
        #endregion

        /// <summary>Waits for it.</summary>
        /// <param name="a">How long.</param>
        [Fact]
        [Trait("a", "b")]
        public async Task<int> Wait(int a)
        {
            if (a > 1)
            {
                return 1;
            }
            else if (a > 2)
            {
                return 2;
            }
            else
            {
                Log();
            }
            switch (a)
            {
                case 1:
                case 2:
                    One();
                    break;
                default:
                    Other();
                    break;
            }
            try
            {
                A();
            }
            catch (Failure e) when (e.Known)
            {
                B();
            }
            finally
            {
                C();
            }
            var text = @"many
            lines }";
            list.ForEach(x =>
            {
                Use(x);
            });
            int Inner(int q)
            {
                return q;
            }
            return Inner(3);
        }

        int Arrow(int a) =>
            a + 1;

        public static Box<T> operator +(Box<T> a, Box<T> b)
        {
            return a;
        }

        private class Inside
        {
            void Hidden()
            {
                Go();
            }
        }
    }

    public interface IShape
    {
        int Area();

        string Name();
    }

    public record Point(int X, int Y);

    internal enum Colour
    {
        Red,
        Green,
    }
}
