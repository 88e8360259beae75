package longcodezip

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// open makes the scorer ready.
func (r *run) open(ctx context.Context) error {
	if r.scorer != nil {
		return nil
	}
	s, err := r.source.open(ctx)
	if err != nil {
		return scorerError(ctx, err)
	}
	r.scorer = s
	return nil
}

// scorerError marks what a scorer failed with; of a context that ended it is that.
func scorerError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %w", errScorer, err)
}

// codecRevision is the first byte of what a memory keeps.
const codecRevision = 2

// gains returns the gain of each text for the query: from memory, or as the scorer says. A
// text that occurs in several places is read once.
func (r *run) gains(ctx context.Context, texts []string) ([]float64, error) {
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	scorer := r.scorer
	fused, ok := scorer.(*Fused)
	if ok {
		scorer = fused.Apart() // a memory keeps what depends on chunk and query alone
	}
	m := memo{kind: "code.gain", field: scorer.Name() + "\x00" + r.query, off: r.source.Lexical}
	m.valid = func(_ string, v []byte) bool {
		return len(v) == 10 && v[0] == codecRevision && v[1] <= 1 && finite(gainOf(v))
	}
	m.read = func(missing []string) ([][]byte, error) {
		all, end := false, r.source.pace.begin(sizeOf(missing)+len(missing)*len(r.query))
		defer func() { end(all) }()
		gains, usage, err := scorer.Gains(ctx, r.query, missing)
		r.usage.Add(usage)
		if err := checkGains(gains, len(missing), err); err != nil {
			return nil, scorerError(ctx, err)
		}
		all = true
		return encodeGains(gains, usage.Cut), nil
	}
	values, err := r.recall(ctx, &m, texts)
	if err != nil {
		return nil, err
	}
	gains := make([]float64, len(texts))
	cut := 0
	for i, v := range values {
		gains[i] = gainOf(v)
		cut += int(v[1])
	}
	r.usage.Truncated = max(r.usage.Truncated, cut) // of those from memory, too
	if !ok {
		return gains, nil
	}
	if gains, err = fused.Add(ctx, r.query, texts, gains); err != nil {
		return nil, scorerError(ctx, err)
	}
	return gains, nil
}

func sizeOf(texts []string) (n int) {
	for _, t := range texts {
		n += len(t)
	}
	return n
}

// encodeGains writes revision, whether the chunk was read in part, and its gain.
func encodeGains(gains []float64, cut []int) [][]byte {
	out := make([][]byte, len(gains))
	for i, g := range gains {
		out[i] = binary.LittleEndian.AppendUint64([]byte{codecRevision, 0}, math.Float64bits(g))
	}
	for _, i := range cut {
		if 0 <= i && i < len(out) {
			out[i][1] = 1
		}
	}
	return out
}

func gainOf(v []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(v[2:])) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// checkGains refuses what is no answer.
func checkGains(gains []float64, n int, err error) error {
	if err != nil {
		return err
	}
	if len(gains) != n {
		return fmt.Errorf("%d gains for %d chunks", len(gains), n)
	}
	for _, g := range gains {
		if !finite(g) {
			return fmt.Errorf("a gain is %v", g)
		}
	}
	return nil
}

// lines returns what each line of each text tells by itself, in nats a token; NaN is not
// known. The scorer must be a [LineReader].
func (r *run) lines(ctx context.Context, reader LineReader, texts []string) ([][]float64, error) {
	m := memo{kind: "code.lines", field: r.scorer.Name()}
	m.valid = func(text string, v []byte) bool {
		return len(v) == 1+4*linesOf(text) && v[0] == codecRevision
	}
	m.read = func(missing []string) ([][]byte, error) {
		all, end := false, r.source.pace.begin(sizeOf(missing))
		defer func() { end(all) }()
		lines, usage, err := reader.LineNLL(ctx, missing)
		r.usage.Add(usage)
		if err == nil && len(lines) != len(missing) {
			err = fmt.Errorf("lines of %d chunks of %d", len(lines), len(missing))
		}
		if err != nil {
			return nil, scorerError(ctx, err)
		}
		all = true
		out := make([][]byte, len(lines))
		for i, values := range lines {
			out[i] = encodeLines(values, linesOf(missing[i]))
		}
		return out, nil
	}
	values, err := r.recall(ctx, &m, texts)
	if err != nil {
		return nil, err
	}
	lines := make([][]float64, len(texts))
	for i, v := range values {
		lines[i] = decodeLines(v)
	}
	return lines, nil
}

// linesOf is how many lines a text has that does not end with a line's end.
func linesOf(text string) int { return strings.Count(text, "\n") + 1 }

// encodeLines writes n values, NaN for those that are not there.
func encodeLines(values []float64, n int) []byte {
	b := append(make([]byte, 0, 1+4*n), codecRevision)
	for i := range n {
		x := math.NaN()
		if i < len(values) && finite(values[i]) {
			x = values[i]
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
	}
	return b
}

func decodeLines(v []byte) []float64 {
	lines := make([]float64, (len(v)-1)/4)
	for i := range lines {
		lines[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(v[1+4*i:])))
		if !finite(lines[i]) {
			lines[i] = math.NaN()
		}
	}
	return lines
}
