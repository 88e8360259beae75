package needle

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval/dataset"
)

// kind is a way to hide something and ask for it.
type kind struct {
	name   string
	tokens int // of an answer, at most
	hide   func(*hider) hidden
	spread bool // several facts, at several depths
}

var kinds = []kind{
	{"single", 32, hideSingle, false},
	{"multikey", 32, hideMultiKey, false},
	{"multivalue", 96, hideMultiValue, true},
	{"multiquery", 96, hideMultiQuery, true},
	{"hops", 32, hideHops, true},
	{"negation", 32, hideNegation, false},
	{"number", 32, hideNumber, false},
}

// kindOf finds a kind by its name with the language's suffix.
func kindOf(name string) (kind, *language, bool) {
	for _, l := range languages {
		for _, k := range kinds {
			if k.name+l.suffix == name {
				return k, l, true
			}
		}
	}
	return kind{}, nil, false
}

func task(k kind, l *language) dataset.Task {
	return dataset.Task{
		Name: "needle-" + k.name + l.suffix, Set: "needle", Title: l.titles[k.name], Language: l.code,
		Kind: dataset.Needle, Prompt: l.prompt, MaxTokens: k.tokens, Metric: "contains",
	}
}

// several is how many facts the kinds with several have.
const several = 4

// plan is how facts of one sort are told and asked for.
type plan struct {
	facts  []string // sentences with {key} and {val}; between « and » stands a needle
	others []string // of other keys; default: facts
	ask    string   // with {key}
	all    string   // with several keys for {key}
	val    string   // how a value is drawn
}

// hidden is what goes into a text.
type hidden struct {
	question string
	answers  []string
	needles  []string
	facts    []string // sentences, in order
	others   []string // sentences that look like them
}

// hider draws what is hidden. No name or value it draws is part of another.
type hider struct {
	*teller
	likes int // how many sentences that look like the fact
	drawn []string
}

// draw returns what draw gives, as soon as it is new.
func (h *hider) draw(draw func() string) string {
	for {
		s := draw()
		if !slices.ContainsFunc(h.drawn, func(d string) bool { return strings.Contains(d, s) || strings.Contains(s, d) }) {
			h.drawn = append(h.drawn, s)
			return s
		}
	}
}

func (h *hider) value(p plan) string { return h.draw(func() string { return h.expand(p.val) }) }

// place is a town's institution.
type place struct{ town, inst string }

func (h *hider) key() (place, string) {
	var p place
	name := h.draw(func() string {
		p = place{h.expand("{town}"), h.expand("{inst}")}
		return h.lang.keyOf(p.town, p.inst)
	})
	return p, name
}

// likeKey returns another place, of the same town or of the same sort by turns.
func (h *hider) likeKey(p place, i int) string {
	return h.draw(func() string {
		if i%2 == 0 {
			return h.lang.keyOf(p.town, h.expand("{inst}"))
		}
		return h.lang.keyOf(h.expand("{town}"), p.inst)
	})
}

// likeValue returns another value, by turns one that differs from val in two digits at
// most.
func (h *hider) likeValue(p plan, val string, i int) string {
	if i%2 == 0 {
		return h.value(p)
	}
	n := 0
	return h.draw(func() string {
		if n++; n > tries { // a number of one digit has few neighbours
			return h.expand(p.val)
		}
		return h.otherDigit(h.otherDigit(val))
	})
}

// otherDigit changes one digit of s, but not to 0, which no number begins with.
func (h *hider) otherDigit(s string) string {
	b := []byte(s)
	var at []int
	for i, c := range b {
		if '0' <= c && c <= '9' {
			at = append(at, i)
		}
	}
	b[at[h.r.IntN(len(at))]] = byte('1' + h.r.IntN(9))
	return string(b)
}

// tell writes one of sentences about key and val, and returns its needles.
func (h *hider) tell(sentences []string, key, val string) (text string, needles []string) {
	s := h.expand(strings.NewReplacer("{key}", key, "{val}", val).Replace(one(h.r, sentences)))
	for _, part := range strings.Split(s, "«")[1:] {
		needle, _, _ := strings.Cut(part, "»")
		needles = append(needles, needle)
	}
	return strings.NewReplacer("«", "", "»", "").Replace(s), needles
}

// add hides a fact.
func (h *hider) add(to *hidden, p plan, key, val string) {
	text, needles := h.tell(p.facts, key, val)
	to.facts = append(to.facts, text)
	to.needles = append(to.needles, needles...)
}

// addLikes adds sentences about other keys.
func (h *hider) addLikes(to *hidden, p plan, at place, val string) {
	sentences := p.others
	if sentences == nil {
		sentences = p.facts
	}
	for i := range h.likes {
		other := ""
		if p.val != "" {
			other = h.likeValue(p, val, i/2)
		}
		text, _ := h.tell(sentences, h.likeKey(at, i), other)
		to.others = append(to.others, text)
	}
}

func ask(question, key string) string { return strings.ReplaceAll(question, "{key}", key) }

// hideOne hides a key and its value.
func hideOne(h *hider, p plan, likes bool) hidden {
	at, key := h.key()
	val := h.value(p)
	out := hidden{question: ask(p.ask, key), answers: []string{val}}
	h.add(&out, p, key, val)
	if likes {
		h.addLikes(&out, p, at, val)
	}
	return out
}

func hideSingle(h *hider) hidden   { return hideOne(h, h.lang.facts["code"], false) }
func hideMultiKey(h *hider) hidden { return hideOne(h, h.lang.facts["code"], true) }
func hideNumber(h *hider) hidden   { return hideOne(h, h.lang.facts["amount"], true) }

func hideMultiValue(h *hider) hidden {
	p := h.lang.facts["codes"]
	at, key := h.key()
	out := hidden{question: ask(p.ask, key), needles: []string{key}}
	for range several {
		out.answers = append(out.answers, h.value(p))
		h.add(&out, p, key, out.answers[len(out.answers)-1])
	}
	h.addLikes(&out, p, at, out.answers[0])
	return out
}

func hideMultiQuery(h *hider) hidden {
	p := h.lang.facts["code"]
	var out hidden
	var at place
	var keys []string
	for range several {
		var key string
		at, key = h.key()
		keys = append(keys, key)
		out.answers = append(out.answers, h.value(p))
		h.add(&out, p, key, out.answers[len(out.answers)-1])
	}
	out.question = ask(p.all, strings.Join(keys, h.lang.and))
	h.addLikes(&out, p, at, out.answers[0])
	return out
}

// hideHops hides who has a key and where that person lives, among others of whom the same
// is told.
func hideHops(h *hider) hidden {
	holder, home := h.lang.facts["holder"], h.lang.facts["home"]
	at, key := h.key()
	person, address := h.value(holder), h.value(home)
	out := hidden{question: ask(home.ask, key), answers: []string{address}}
	h.add(&out, holder, key, person)
	h.add(&out, home, person, address)
	for i := range h.likes / 2 {
		other := h.value(holder)
		has, _ := h.tell(holder.facts, h.likeKey(at, i), other)
		lives, _ := h.tell(home.facts, other, h.likeValue(home, address, i/2))
		out.others = append(out.others, has, lives)
	}
	return out
}

func hideNegation(h *hider) hidden {
	p := h.lang.facts[[]string{"approve", "insure"}[h.r.IntN(2)]]
	at, key := h.key()
	out := hidden{question: p.ask, answers: []string{key}}
	h.add(&out, p, key, "")
	h.addLikes(&out, p, at, "")
	return out
}

func one(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }
