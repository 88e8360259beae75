package llmlingua2

import "math"

// The direction of a sentence is kept in four bits a number: sixteen steps of equal size,
// the best ones for numbers that are spread as a normal distribution (Max, 1960), which
// those of an encoder nearly are. Its length is of no use.
//
// Measured with pith-small and pith-multi on 436 labelled passages that they were not
// trained on, F1 of the words kept for a question, at 8, 4, 2 and 1 bits: .482 .478 .480
// .479 and .476 .475 .469 .463; at 4 bits and the first 192 of 384 numbers: .475 and .468.
// Answer survival in MiniLongBench, 39 items, moves by one item either way with pith-small.
// Four bits are where
// nothing is lost with a model whose vectors crowd together.
const vectorBits = 4

// vectorStep is in standard deviations.
const vectorStep = 0.3352

// vectorSize is how many bytes a vector takes.
func vectorSize(dim int) int { return (dim*vectorBits + 7) / 8 }

// appendVector writes a vector of length 1.
func appendVector(b []byte, v []float32) []byte {
	scale := math.Sqrt(float64(len(v))) / vectorStep
	half := byte(0)
	for i, x := range v {
		q := min(7, max(-8, math.Floor(float64(x)*scale)))
		n := byte(int(q) + 8)
		if i%2 == 0 {
			half = n
			continue
		}
		b = append(b, half|n<<4)
	}
	if len(v)%2 == 1 {
		b = append(b, half)
	}
	return b
}

// vectors reads n vectors. A number is the middle of its step, in halves of a step.
func (r *reader) vectors(n, dim int) []int8 {
	size := vectorSize(dim)
	if r.bad || n > len(r.b)/max(1, size) {
		r.bad = true
		return nil
	}
	v := make([]int8, n*dim)
	for s := range n {
		one, packed := v[s*dim:(s+1)*dim], r.b[s*size:]
		zero := true
		for i := range one {
			half := packed[i/2] >> (4 * (i % 2)) & 15
			one[i] = int8(half)*2 - 15
			zero = zero && one[i] == 1
		}
		if zero { // all in the lowest step above zero: no vector of length 1 is
			clear(one)
		}
	}
	r.b = r.b[n*size:]
	return v
}
