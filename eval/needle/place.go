package needle

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// sentence is one of a text.
type sentence struct {
	text  string
	opens bool // a paragraph
	cost  int  // in tokens, with what parts it from the one before
}

// source gives what facts are hidden in.
type source interface {
	// next returns the next sentence; ok is false if there is none.
	next() (s sentence, ok bool)

	// fit returns a sentence that costs at most room, and not much less if it can.
	fit(room int, cost func(sentence) int) (s sentence, ok bool)
}

// item makes one item. Its draws depend on the seed and on its ID.
func (o *Options) item(k kind, l *language, length int, depth float64, id string) (eval.Item, error) {
	sum := fnv.New64a()
	sum.Write([]byte(id))
	r := rand.New(rand.NewPCG(o.Seed, sum.Sum64()))
	h := &hider{teller: newTeller(l, r), likes: min(max(length/200, 4), 32)}
	hid := k.hide(h)
	p := &placer{o: o, between: l.between, length: length, depth: depth, banned: banned(hid)}
	p.src = newTeller(l, r)
	if o.Haystack != "" {
		p.src = newOwn(o.Haystack, l, r)
	}
	text, err := p.place(hid, r)
	if err != nil {
		return eval.Item{}, err
	}
	return eval.Item{
		ID: id, Dataset: "needle-" + k.name + l.suffix, Language: l.code, Question: hid.question, Context: text,
		Answers: hid.answers, Needles: hid.needles, Length: o.Counter.Count(text),
	}, nil
}

// banned is what must not stand in the rest of the text, in lower case.
func banned(h hidden) []string {
	var out []string
	for _, s := range slices.Concat(h.needles, h.answers) {
		out = append(out, strings.ToLower(s))
	}
	return out
}

// placer puts a text together.
type placer struct {
	o       *Options
	src     source
	between string
	length  int
	depth   float64
	banned  []string

	facts, others []sentence
	at            []float64  // where others go, as shares of filler
	filler        []sentence // the rest
}

// rounds is how often place changes the text's end to meet the length.
const rounds = 100

// place returns the text. It fills up to the length, and then changes the end of the
// filler until the whole has at most length tokens and at least 98 % of them.
func (p *placer) place(h hidden, r *rand.Rand) (string, error) {
	if err := p.take(h, r); err != nil {
		return "", err
	}
	if err := p.fill(); err != nil {
		return "", err
	}
	for range rounds {
		text := p.assemble()
		room := p.length - p.o.Counter.Count(text)
		if room >= 0 && room <= p.length/50 {
			return text, nil
		}
		if !p.change(room) {
			return "", p.tooLittle()
		}
	}
	return "", fmt.Errorf("no text of %d tokens found: ask for another length", p.length)
}

// take costs the facts, and as many sentences like them as a third of the text holds.
func (p *placer) take(h hidden, r *rand.Rand) error {
	sum := 0
	for _, s := range h.facts {
		p.facts = append(p.facts, p.costed(sentence{text: s}))
		sum += p.facts[len(p.facts)-1].cost
	}
	if sum > p.length/2 {
		return fmt.Errorf("length must be at least %d tokens; got %d", 2*sum, p.length)
	}
	sum = 0
	for _, text := range h.others {
		s := p.costed(sentence{text: text})
		if sum += s.cost; sum > p.length/3 {
			break
		}
		p.others = append(p.others, s)
		p.at = append(p.at, r.Float64())
	}
	return nil
}

// fill takes sentences until the next one is too much.
func (p *placer) fill() error {
	left := p.length
	for _, s := range slices.Concat(p.facts, p.others) {
		left -= s.cost
	}
	for {
		s, ok := p.src.next()
		if !ok {
			return p.tooLittle()
		}
		if s = p.costed(s); p.forbids(s) {
			continue
		}
		if left -= s.cost; left < 0 {
			return nil
		}
		p.filler = append(p.filler, s)
	}
}

func (p *placer) tooLittle() error {
	return errors.New("the haystack is too short for " + fmt.Sprint(p.length) + " tokens: hand in more text or ask for shorter lengths")
}

// change adds a sentence where there is room, and otherwise takes the last one away,
// for one that is longer if there is one. It is false if there is nothing to change.
func (p *placer) change(room int) bool {
	cost := func(s sentence) int {
		if s = p.costed(s); p.forbids(s) {
			return math.MaxInt
		}
		return s.cost
	}
	if room > 0 {
		if s, ok := p.src.fit(room, cost); ok {
			p.filler = append(p.filler, p.costed(s))
			return true
		}
	}
	if len(p.filler) == 0 {
		return false
	}
	last := p.filler[len(p.filler)-1]
	p.filler = p.filler[:len(p.filler)-1]
	if s, ok := p.src.fit(last.cost+room, cost); ok {
		p.filler = append(p.filler, p.costed(s))
	}
	return true
}

func (p *placer) costed(s sentence) sentence {
	s.cost = p.o.Counter.Count(p.gap(s) + s.text)
	return s
}

// gap is what parts s from the sentence before.
func (p *placer) gap(s sentence) string {
	if s.opens {
		return "\n\n"
	}
	return p.between
}

// forbids says whether s would give away or contradict what is hidden.
func (p *placer) forbids(s sentence) bool {
	low := strings.ToLower(s.text)
	return slices.ContainsFunc(p.banned, func(b string) bool { return strings.Contains(low, b) })
}

// assemble puts the others where they go in the filler, the facts at their depths into
// both, and joins all.
func (p *placer) assemble() string {
	hay := slices.Clone(p.filler)
	for i, s := range p.others {
		hay = slices.Insert(hay, int(p.at[i]*float64(len(p.filler)+1)), s)
	}
	total := 0
	for _, s := range hay {
		total += s.cost
	}
	insert := make(map[int][]sentence) // before which sentence
	for i, f := range p.facts {
		at := boundary(hay, depthOf(p.depth, i, len(p.facts))*float64(total))
		insert[at] = append(insert[at], f)
	}
	var b strings.Builder
	add := func(s sentence) {
		if b.Len() > 0 {
			b.WriteString(p.gap(s))
		}
		b.WriteString(s.text)
	}
	for i := range len(hay) + 1 {
		for _, f := range insert[i] {
			add(f)
		}
		if i < len(hay) {
			s := hay[i]
			s.opens = s.opens && !(i == 0 && len(insert[0]) > 0) // the fact opens it
			add(s)
		}
	}
	return b.String()
}

// depthOf is that of fact i of n, the first at depth.
func depthOf(depth float64, i, n int) float64 {
	d := depth + float64(i)/float64(n)
	if d > 1 {
		d--
	}
	return d
}

// boundary returns the number of sentences whose cost together is nearest to cost, the
// smaller one on a tie.
func boundary(hay []sentence, cost float64) int {
	best, nearest, sum := 0, math.Abs(cost), 0
	for i, s := range hay {
		sum += s.cost
		if d := math.Abs(cost - float64(sum)); d < nearest {
			best, nearest = i+1, d
		}
	}
	return best
}
