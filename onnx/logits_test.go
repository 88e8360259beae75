package onnx

import (
	"math"
	"testing"
)

// Tiles of any size give the logarithm of the sum, whatever the order of magnitude.
func TestLogSumExp(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, tt := range []struct {
		name  string
		tiles [][]float32
		want  float64
	}{
		{"one", [][]float32{{3}}, 3},
		{"two_equal", [][]float32{{1, 1}}, 1 + math.Ln2},
		{"two_tiles", [][]float32{{1}, {1}}, 1 + math.Ln2},
		{"larger_later", [][]float32{{0, 0}, {1000}}, 1000},
		{"larger_first", [][]float32{{1000}, {0, 0}}, 1000},
		{"all_small", [][]float32{{-1000, -1000}, {-1000}}, -1000 + math.Log(3)},
		{"minus_infinity_adds_nothing", [][]float32{{-inf, -inf}, {2, -inf}, {-inf}}, 2},
		{"nothing_possible", [][]float32{{-inf}}, math.Inf(-1)},
		{"infinite", [][]float32{{0, inf}}, math.NaN()},
		{"infinite_later", [][]float32{{0}, {inf, 1}}, math.NaN()},
		{"not_a_number", [][]float32{{0, float32(math.NaN())}, {1}}, math.NaN()},
		{"not_a_number_later", [][]float32{{0}, {1, float32(math.NaN())}}, math.NaN()},
		{"not_a_number_with_nothing", [][]float32{{-inf, float32(math.NaN())}}, math.NaN()},
	} {
		var l logSumExp
		for _, tile := range tt.tiles {
			l.add(tile)
		}
		got := l.value()
		if got != tt.want && !(math.Abs(got-tt.want) < 1e-9) && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Every half-precision number is what IEEE 754 says: sign, significand, exponent.
func TestFromHalf(t *testing.T) {
	for h := range 1 << 16 {
		sign, exp, frac := 1.0, h>>10&31, float64(h&1023)
		if h>>15 == 1 {
			sign = -1
		}
		want := sign * math.Ldexp(1+frac/1024, exp-15)
		switch {
		case exp == 0:
			want = sign * math.Ldexp(frac/1024, -14)
		case exp == 31 && frac == 0:
			want = math.Inf(int(sign))
		case exp == 31:
			want = math.NaN()
		}
		got := float64(fromHalf(uint16(h)))
		if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("%04x: got %v, want %v", h, got, want)
		}
	}
}

// A vocabulary of several tiles, in both precisions.
func TestLikelihoodsOfALargeVocabulary(t *testing.T) {
	const vocab = 3*4096 + 5
	full := logits{vocab: vocab, full: make([]float32, 2*vocab)}
	half := logits{vocab: vocab, half: make([]byte, 4*vocab)}
	for i := range full.full {
		h := uint16(i*7919) & 0xbfff // below 2 in magnitude
		half.half[2*i], half.half[2*i+1] = byte(h), byte(h>>8)
		full.full[i] = fromHalf(h)
	}
	seq := every([]uint32{0, vocab - 1, 4096})
	want := make([]float64, 2)
	for i, p := range seq.Asked {
		row, sum := full.full[(p-1)*vocab:p*vocab], 0.0
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		want[i] = math.Log(sum) - float64(row[seq.IDs[p]])
	}
	for _, l := range []*logits{&full, &half} {
		got := make([]float32, 2)
		l.read(seq, got)
		if !near(got, want, 1e-5) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
