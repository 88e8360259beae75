package compat

import (
	"strings"
	"unicode"
)

// rules are what differs between the families.
type rules struct {
	unknown string
	dropped map[string]bool // special pieces that never become words
	mark    string          // stripped from the left for the pure piece
	begins  func(piece string) bool
}

var families = map[Family]rules{
	BERT: {
		unknown: "[UNK]",
		// [PAD] is missing: its id 0 counts as "no token" in the reference.
		dropped: set("[UNK]", "[SEP]", "[CLS]", "[MASK]"),
		mark:    "#",
		begins:  func(p string) bool { return !strings.HasPrefix(p, "##") },
	},
	XLMR: {
		unknown: "<unk>",
		dropped: set("<s>", "</s>", "<unk>", "<pad>", "<mask>"),
		mark:    "▁",
		// A substring test, so "()" and "./" count as punctuation and "..." does not.
		begins: func(p string) bool { return strings.Contains(punctuation, p) || strings.HasPrefix(p, "▁") },
	},
}

const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

func set(items ...string) map[string]bool {
	m := make(map[string]bool, len(items))
	for _, s := range items {
		m[s] = true
	}
	return m
}

// word is a group of pieces that is kept or dropped as one.
type word struct {
	text   string // restored, with its ▁ or ##
	forced tally  // what the token stage sees
	free   tally  // what the context stage sees: no forces
}

// merger turns pieces into words under the options of one call.
type merger struct {
	rules
	swaps        *swaps
	force        map[string]bool
	placeholders map[string]bool // those in use
	digits       bool
}

func newMerger(r rules, m *swaps, force []string, digits bool) *merger {
	g := &merger{rules: r, swaps: m, force: set(force...), placeholders: make(map[string]bool, len(m.list)), digits: digits}
	for _, s := range m.list {
		g.placeholders[s.placeholder] = true
	}
	return g
}

// merge groups the pieces of a chunk. A continuation piece with nothing to
// continue is an IndexError.
func (g *merger) merge(pieces []string, probs []float32) ([]word, error) {
	var words []word
	for i, p := range pieces {
		if g.dropped[p] {
			continue
		}
		pure := strings.TrimLeft(p, g.mark)
		if g.starts(p, pure) {
			w, err := g.start(p, pure, probs[i])
			if err != nil {
				return nil, err
			}
			words = append(words, w)
			continue
		}
		if len(words) == 0 {
			return nil, raise(IndexError, "", "a part of the text begins inside a word")
		}
		w := &words[len(words)-1]
		w.text += pure
		w.forced.add(probs[i], g.digits && hasDigit(p))
		w.free.add(w.free.first.value32(), false) // the start's again: the reference's slip
	}
	return words, nil
}

// starts reports whether a piece opens a word. BERT looks at the pure piece,
// XLM-R at the raw one.
func (g *merger) starts(piece, pure string) bool {
	probe := piece
	if g.mark == "#" {
		probe = pure
	}
	return g.force[probe] || g.placeholders[probe] || g.begins(piece)
}

func (g *merger) start(piece, pure string, p float32) (word, error) {
	text, err := g.swaps.restore(piece)
	w := word{text: text}
	w.forced.add(p, g.force[pure] || g.placeholders[pure] || g.digits && hasDigit(w.text))
	w.free.add(p, false)
	return w, err
}

// hasDigit reports whether s has a decimal digit of any script.
func hasDigit(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Nd, r) }) >= 0
}
