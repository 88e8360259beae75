package longcodezip

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// tiny is the tokens below which leaves next to each other are scored together: a line by
// itself says little.
const tiny = 16

// A passage is a text that is scored for some leaves.
type passage struct {
	text   string
	leaves []*leaf
}

// rankAll gives every leaf its gain and each pool its ranking.
func (r *run) rankAll(ctx context.Context) error {
	passages := r.passages()
	if len(passages) > 0 {
		r.hurry(ctx, passages)
		var err error
		if r.query != "" {
			err = r.scoreQuery(ctx, passages)
		} else {
			err = r.scoreStructure(ctx, passages)
		}
		if err != nil {
			return err
		}
	}
	r.scoreContexts()
	if r.filtering() {
		r.filter()
	}
	for _, p := range r.pools {
		p.rank()
	}
	return nil
}

// passages lists what is to be scored, in order.
func (r *run) passages() []passage {
	var all []passage
	for _, p := range r.pools {
		p.files(func(f *file) {
			var last *item // parent of the small leaves that the last passage is of
			for _, l := range f.leaves {
				text := trimLines(l.source())
				small := l.tokens < tiny
				switch {
				case text == "" || l.item == f.preamble:
					continue
				case small && last == l.parent && len(all) > 0:
					m := &all[len(all)-1]
					m.text += "\n" + text
					m.leaves = append(m.leaves, l)
				default:
					all = append(all, passage{l.signature() + text, []*leaf{l}})
				}
				last = nil
				if small {
					last = l.parent
				}
			}
		})
	}
	return all
}

// longSignature is the most bytes of a signature that a part of a function is read with.
const longSignature = 400

// signature is what a part of a long function is read with; "" of what is not one.
func (l *leaf) signature() string {
	if l.node != nil || l.sign == nil {
		return ""
	}
	n := l.sign.node
	if n.Children[0].Kind != codetree.Frame || n.Children[0].End-n.Start > longSignature {
		return ""
	}
	return trimLines(l.file.Text(n.Children[0])) + "\n"
}

// trimLines takes blank lines from the front of a text, and white space from its end.
func trimLines(text string) string {
	text = strings.TrimRight(text, " \t\r\n\v\f")
	for {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok || strings.TrimSpace(line) != "" {
			return text
		}
		text = rest
	}
}

// scoreQuery sets gains by what leaves tell about the query. Of more than a model is to
// read, the prefilter chooses; the others keep its order behind them.
func (r *run) scoreQuery(ctx context.Context, passages []passage) error {
	if !r.source.Lexical && r.readable(passages) < len(passages) {
		best, rest, err := r.prefilter(ctx, passages)
		if err != nil {
			return err
		}
		for i, rd := range rest {
			for _, l := range rd.leaves {
				l.gain = -float64(i) // below are all that were scored
			}
		}
		r.warn("of %d parts of the code, the %d that share most words with the query were read by %s", len(passages), len(best), r.source.Name)
		passages = best
	}
	texts := make([]string, len(passages))
	for i, rd := range passages {
		texts[i] = rd.text
	}
	gains, err := r.gains(ctx, texts)
	if err != nil {
		return err
	}
	for i, rd := range passages {
		for _, l := range rd.leaves {
			l.gain, l.scored = gains[i], true
		}
	}
	return nil
}

// readable is how many of the passages, from the first, a model is to read: at least one.
func (r *run) readable(passages []passage) int {
	bytes := 0
	for i, rd := range passages {
		bytes += len(rd.text)
		if i > 0 && (i == r.opts.MaxScored || bytes > r.opts.MaxScoredBytes) {
			return i
		}
	}
	return len(passages)
}

// prefilter returns the passages that rank first, as many as a model is to read, in their
// order, and the others by rank.
func (r *run) prefilter(ctx context.Context, passages []passage) (best, rest []passage, err error) {
	if r.opts.Prefilter == nil {
		n := r.readable(passages)
		return passages[:n], passages[n:], nil
	}
	texts := make([]string, len(passages))
	for i, rd := range passages {
		texts[i] = rd.text
	}
	gains, usage, err := r.opts.Prefilter.Gains(ctx, r.query, texts)
	r.usage.Add(usage)
	if err := checkGains(gains, len(texts), err); err != nil {
		return nil, nil, err
	}
	order := make([]int, len(passages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(grain(gains[b]), grain(gains[a])) })
	ranked := make([]passage, len(order))
	for i, k := range order {
		ranked[i] = passages[k]
	}
	n := r.readable(ranked)
	slices.Sort(order[:n])
	for _, k := range order[:n] {
		best = append(best, passages[k])
	}
	return best, ranked[n:], nil
}

// grain rounds a gain, so that what differs by less than the noise of a computation ties.
func grain(gain float64) float64 { return math.Round(gain * 1e6) }

// rank orders the leaves that a budget may take or leave.
func (p *pool) rank() {
	p.leaves = nil
	p.files(func(f *file) {
		for _, l := range f.leaves {
			if !l.must && l.item != f.preamble {
				p.leaves = append(p.leaves, l)
			}
		}
	})
	slices.SortStableFunc(p.leaves, func(a, b *leaf) int {
		switch {
		case a.scored && !b.scored:
			return -1
		case b.scored && !a.scored:
			return 1
		}
		return cmp.Compare(grain(b.gain), grain(a.gain))
	})
}

// scoreContexts gives each context the best gain of its leaves, at least 0.
func (r *run) scoreContexts() {
	for _, cr := range r.contexts {
		for _, f := range cr.files {
			for _, l := range f.leaves {
				if l.scored && r.query != "" && (cr.score == nil || l.gain > *cr.score) {
					gain := max(0, l.gain)
					cr.score = &gain
				}
			}
		}
	}
}

// filter drops all but the TopN contexts of highest score and those below MinScore. One of
// which nothing was read comes last. Those without code stay, and those of which something
// must.
func (r *run) filter() {
	if r.query == "" {
		r.warn("top_n and min_score are about a question or an instruction; without one every context stays")
		return
	}
	var rated []*contextRun
	for _, cr := range r.contexts {
		if !cr.Locked && cr.ranked() && !cr.required(&r.req.Options.Preserve) {
			rated = append(rated, cr)
		}
	}
	slices.SortStableFunc(rated, func(a, b *contextRun) int {
		switch {
		case a.score == nil && b.score == nil:
			return cmp.Compare(b.unread(), a.unread())
		case a.score == nil:
			return 1
		case b.score == nil:
			return -1
		}
		return cmp.Compare(grain(*b.score), grain(*a.score))
	})
	for i, cr := range rated {
		low := r.req.Options.MinScore > 0 && (cr.score == nil || *cr.score < r.req.Options.MinScore)
		cr.drop = r.req.Options.TopN > 0 && i >= r.req.Options.TopN || low
	}
}

// ranked reports whether there is code in a context that can be ranked.
func (cr *contextRun) ranked() bool {
	return slices.ContainsFunc(cr.files, func(f *file) bool { return len(f.leaves) > 0 })
}

// unread is the best gain of leaves that the prefilter has ranked, and no model.
func (cr *contextRun) unread() float64 {
	best := math.Inf(-1)
	for _, f := range cr.files {
		for _, l := range f.leaves {
			if l.item != f.preamble {
				best = max(best, l.gain)
			}
		}
	}
	return best
}
