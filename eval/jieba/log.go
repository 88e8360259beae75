package jieba

import (
	"math"
	"math/big"
)

// Two routes through the same counts in another order differ, if at all, in the last
// bit, and that bit decides between them. So logarithms must be those of the reference
// to the bit. The C library's are correctly rounded for every count of the dictionary
// (checked against 60 digits), math.Log is not for 78 of the 5088.

const (
	logBits  = 160
	logTerms = 32 // (3-2√2)^(2*32) < 2^-160
)

var (
	ln2, _, _ = big.ParseFloat("0.693147180559945309417232121458176568075500134360255254120680009493393622", 10, logBits, big.ToNearestEven)

	// oddInverse[k] is 1/(2k+1).
	oddInverse = func() (inv [logTerms]*big.Float) {
		for k := range inv {
			inv[k] = new(big.Float).Quo(exact(1), exact(float64(2*k+1)))
		}
		return inv
	}()
)

func exact(v float64) *big.Float { return new(big.Float).SetPrec(logBits).SetFloat64(v) }

// log returns the natural logarithm of n, rounded to the nearest float64; n is in
// [1, 2^52). With n = m 2^e, m in [√½, √2), it is e ln 2 + 2 artanh((m-1)/(m+1)).
func log(n int) float64 {
	m, e := math.Frexp(float64(n))
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	s := new(big.Float).Quo(exact(m-1), exact(m+1)) // both are exact
	square := new(big.Float).Mul(s, s)
	sum := new(big.Float).SetPrec(logBits)
	for k := logTerms - 1; k >= 0; k-- {
		sum.Mul(sum, square)
		sum.Add(sum, oddInverse[k])
	}
	sum.Mul(sum, s.Mul(s, exact(2)))
	sum.Add(sum, new(big.Float).Mul(ln2, exact(float64(e))))
	v, _ := sum.Float64()
	return v
}
