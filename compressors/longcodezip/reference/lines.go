package reference

import (
	"context"
	"math"
	"strings"
)

// splitLines returns the lines of text. The first blank line after a line becomes a single
// space, the next one stays empty, and so on in turn; so does a line that reads as the
// reference's own mark for them.
func splitLines(text string) []string {
	const mark = "__EMPTY_LINE__"
	lines := strings.Split(strings.ReplaceAll(text, "\n\n", "\n"+mark+"\n"), "\n")
	for i, l := range lines {
		if l == mark {
			lines[i] = " "
		}
	}
	return lines
}

// bits returns the surprise of each line after the lines above it, which are read anew
// for every line.
func (r *reader) bits(ctx context.Context, lines []string) ([]float64, error) {
	out := make([]float64, len(lines))
	for i, l := range lines {
		var err error
		if out[i], err = r.lineBits(ctx, strings.Join(lines[:i], "\n"), l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lineBits is the mean surprise of line's tokens after above, in bits. The reference calls
// it a perplexity. It is 0 for an empty line, and infinite where no token is left to
// predict, as in a first line of one token.
func (r *reader) lineBits(ctx context.Context, above, line string) (float64, error) {
	if line == "" {
		return 0, nil
	}
	from := 0
	if above != "" {
		above += "\n"
		p, err := r.length(above)
		if err != nil {
			return 0, err
		}
		from = max(0, p-1)
	}
	nll, err := r.nll(ctx, above+line, 0)
	if err != nil {
		return 0, err
	}
	mean, ok := meanFrom(nll, from)
	if !ok {
		return math.Inf(1), nil
	}
	return mean / math.Ln2, nil
}
