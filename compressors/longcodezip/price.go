package longcodezip

import (
	"sort"
	"strings"

	"github.com/pith-proxy/pith/tokenize"
)

// prices knows what each run of whole lines of a text costs, in tokens of the target
// model, and how many of its lines are not blank. The tokens of a piece that reaches over
// a line's end are the later line's, so that costs of parts add up to that of the whole.
type prices struct {
	text   string
	starts []int // of the lines, ascending, and the text's end
	tokens []int // in front of each start
	filled []int // lines that are not blank in front of each start
	total  int   // tokens of the text, as it is counted at once
}

func newPrices(text string, counter tokenize.Counter) *prices {
	p := &prices{text: text}
	for at := 0; at < len(text); {
		p.starts = append(p.starts, at)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			at += i + 1
		} else {
			at = len(text)
		}
	}
	p.starts = append(p.starts, len(text))
	p.tokens = make([]int, len(p.starts))
	p.filled = make([]int, len(p.starts))
	for i := 1; i < len(p.starts); i++ {
		p.filled[i] = p.filled[i-1]
		if strings.TrimSpace(text[p.starts[i-1]:p.starts[i]]) != "" {
			p.filled[i]++
		}
	}
	if a, ok := counter.(tokenize.Additive); ok {
		p.count(a)
		p.total = p.tokens[len(p.tokens)-1]
	} else {
		p.total = counter.Count(text)
		for i := 1; i < len(p.starts); i++ {
			p.tokens[i] = p.tokens[i-1] + counter.Count(text[p.starts[i-1]:p.starts[i]])
		}
	}
	return p
}

func (p *prices) count(counter tokenize.Additive) {
	line, at, sum := 0, 0, 0 // line is the first whose start is not passed
	counter.Pieces(p.text, func(piece string, tokens int) bool {
		for end := at + len(piece); line < len(p.starts) && p.starts[line] < end; line++ {
			p.tokens[line] = sum
		}
		at, sum = at+len(piece), sum+tokens
		return true
	})
	for ; line < len(p.starts); line++ {
		p.tokens[line] = sum
	}
}

// line returns the index of the line that byte pos is on; of the text's end the number of
// lines.
func (p *prices) line(pos int) int { return sort.SearchInts(p.starts, pos+1) - 1 }

// at returns the index of the first start at pos or behind it.
func (p *prices) at(pos int) int { return min(sort.SearchInts(p.starts, pos), len(p.starts)-1) }

// of returns what the lines that begin in a byte range cost.
func (p *prices) of(start, end int) int { return p.tokens[p.at(end)] - p.tokens[p.at(start)] }

// lines returns how many lines that begin in a byte range are not blank.
func (p *prices) lines(start, end int) int { return p.filled[p.at(end)] - p.filled[p.at(start)] }
