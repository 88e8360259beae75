package longcodezip

import (
	"context"
	"math"
	"strings"

	"github.com/pith-proxy/pith/tokenize"
)

// LineNLL implements [LineReader]. A line ends with its newline; what follows the last one
// is a line, too, unless it is empty. All positions of a chunk are asked for in one run;
// one that is longer than the window is read in several that overlap, and each token
// counts in the first of them that has it.
//
// A token belongs to the line of its last byte that is no newline, so that indentation
// that a vocabulary has joined to the newline in front of it counts where it is seen, and
// one of newlines only to none.
func (m *LM) LineNLL(ctx context.Context, chunks []string) ([][]float64, Usage, error) {
	var usage Usage
	var seqs []Sequence
	var parts []part
	readings := make([]reading, len(chunks))
	for i, text := range chunks {
		if err := ctx.Err(); err != nil {
			return nil, usage, context.Cause(ctx)
		}
		rd, err := m.reading(text)
		if err != nil {
			return nil, usage, err
		}
		readings[i] = rd
		for p := range m.parts(len(rd.tokens)) {
			p.nll = rd.nll[p.asked:p.to]
			seqs = append(seqs, m.sequence(rd.tokens, p))
			parts = append(parts, p)
		}
	}
	err := m.run(ctx, &usage, seqs, func(i int, nll []float32) { copy(parts[i].nll, nll) })
	if err != nil {
		return nil, usage, err
	}
	lines := make([][]float64, len(chunks))
	for i := range readings {
		lines[i] = readings[i].lines(chunks[i])
	}
	return lines, usage, nil
}

// reading is a chunk on its way through the model.
type reading struct {
	text   string // without the blank lines around it
	above  int    // blank lines in front of it
	tokens []tokenize.Token
	nll    []float32 // of each token
}

func (m *LM) reading(chunk string) (reading, error) {
	text, above := withoutBlankEnds(chunk)
	tokens, err := m.encode(text)
	return reading{text, above, tokens, make([]float32, len(tokens))}, err
}

// part is a window over the tokens of a chunk.
type part struct {
	from, asked, to int // its first token, the first one that no part before had, its end
	nll             []float32
}

// parts divides n tokens. A part shares a quarter with the one before.
func (m *LM) parts(n int) func(yield func(part) bool) {
	room := m.Window - len(m.Form.Chunk)
	return func(yield func(part) bool) {
		for from, asked := 0, 0; asked < n; from += room - room/4 {
			p := part{from: from, asked: asked, to: min(n, from+room)}
			if !yield(p) {
				return
			}
			asked = p.to
		}
	}
}

func (m *LM) sequence(tokens []tokenize.Token, p part) Sequence {
	return join(idsOf(tokens[p.asked:p.to]), m.Form.Chunk, idsOf(tokens[p.from:p.asked]))
}

// lines returns the mean of each line of the chunk.
func (rd *reading) lines(chunk string) []float64 {
	var out []float64
	for range strings.Lines(chunk) {
		out = append(out, math.NaN())
	}
	next := 0 // token
	end := 0  // of the line
	i := rd.above
	for line := range strings.Lines(rd.text) {
		end += len(line)
		sum, n := 0.0, 0
		for next < len(rd.tokens) {
			last := lastVisible(rd.text, rd.tokens[next])
			if last >= end {
				break
			}
			if last >= 0 {
				sum += float64(rd.nll[next])
				n++
			}
			next++
		}
		if n > 0 && strings.TrimSpace(line) != "" {
			out[i] = sum / float64(n)
		}
		i++
	}
	return out
}

// lastVisible returns where the last byte of a token is that is no newline; -1 if it has
// none.
func lastVisible(text string, t tokenize.Token) int {
	for k := t.End - 1; k >= t.Start; k-- {
		if text[k] != '\n' && text[k] != '\r' {
			return k
		}
	}
	return -1
}
