package onnx

import "math"

// logits is memory for those of one run.
type logits struct {
	vocab int
	full  []float32 // one of the two
	half  []byte
}

func (c *Causal) elemSize() int {
	if c.half {
		return 2
	}
	return 4
}

// takeLogits returns memory for a sequence of n ids.
func (c *Causal) takeLogits(n int) *logits {
	c.mu.Lock()
	l := &logits{vocab: c.vocab}
	if k := len(c.spare); k > 0 {
		l = c.spare[k-1]
		c.spare = c.spare[:k-1]
	}
	c.mu.Unlock()
	switch size := n * c.vocab; {
	case c.half && len(l.half) < 2*size:
		l.half = make([]byte, 2*size)
	case !c.half && len(l.full) < size:
		l.full = make([]float32, size)
	}
	return l
}

func (c *Causal) giveBack(l *logits) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spare = append(c.spare, l)
}

func (l *logits) add(f *feed, n int) {
	dims := []int64{1, int64(n), int64(l.vocab)}
	if l.half != nil {
		addHalf(f, l.half[:2*n*l.vocab], dims...)
	} else {
		add(f, l.full[:n*l.vocab], dims...)
	}
}

// read turns the logits in front of each asked position into its likelihood.
func (l *logits) read(seq CausalSequence, nll []float32) {
	var tile [4096]float32
	for i, p := range seq.Asked {
		target := int(seq.IDs[p])
		if target >= l.vocab {
			nll[i] = float32(math.NaN()) // a token that the model cannot tell anything about
			continue
		}
		var sum logSumExp
		at := (p - 1) * l.vocab
		for from := 0; from < l.vocab; from += len(tile) {
			sum.add(l.values(at+from, min(len(tile), l.vocab-from), tile[:]))
		}
		nll[i] = float32(sum.value() - float64(l.values(at+target, 1, tile[:])[0]))
	}
}

// values returns n logits, by way of buf if they have to be converted.
func (l *logits) values(at, n int, buf []float32) []float32 {
	if l.half == nil {
		return l.full[at : at+n]
	}
	for i := range n {
		b := l.half[2*(at+i):]
		buf[i] = fromHalf(uint16(b[0]) | uint16(b[1])<<8)
	}
	return buf[:n]
}

// logSumExp is ln of the sum of exponentials, NaN if a number is NaN or +Inf.
type logSumExp struct {
	top, sum float64 // the largest so far; the sum of exp(v-top)
	some     bool
}

func (l *logSumExp) add(values []float32) {
	top := float32(math.Inf(-1))
	if l.some {
		top = float32(l.top)
	}
	for _, v := range values {
		top = max(top, v) // NaN stays
	}
	if math.IsInf(float64(top), -1) {
		return // adds nothing
	}
	if l.some {
		l.sum *= math.Exp(l.top - float64(top))
	}
	l.top, l.some = float64(top), true
	for _, v := range values {
		l.sum += math.Exp(float64(v) - l.top)
	}
}

func (l *logSumExp) value() float64 {
	if !l.some {
		return math.Inf(-1)
	}
	return l.top + math.Log(l.sum)
}

// fromHalf converts a number of IEEE 754 binary16.
func fromHalf(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0: // zero or subnormal
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
