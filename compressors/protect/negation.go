package protect

import (
	"strings"
	"unicode/utf8"
)

// What a negation takes with it.
const (
	alone   = iota + 1 // "nobody", "nichts"
	forward            // "not renew", "without notice"
	around             // French "ne … pas": up to the second half
	back               // Korean 않다: the verb before it
)

// negations of English, German, French, Spanish, Portuguese and Russian, and the
// free-standing ones of Korean. German "noch", French "plus" and the like, which
// mostly negate nothing, are not here.
var negations = func() map[string]int {
	m := map[string]int{}
	for kind, words := range map[int]string{
		alone: `none nobody nothing nowhere n't nichts niemand niemanden niemandem nirgends nirgendwo keiner
			rien aucun aucune nulle pas jamais nada nadie ninguno tampoco ninguém nenhum nenhuma нет никто ничего
			никого ничто нигде нельзя`,
		forward: `not never no without neither nor cannot unless except w/o non nicht nie niemals kein keine keinen
			keinem keines ohne weder außer sans ni nunca jamás sin ningún ninguna não nem sem не без никогда ни
			никакой никаких кроме 안 못`,
		around: `ne`,
	} {
		for w := range set(words) {
			m[w] = kind
		}
	}
	return m
}()

// mayNegate has the first letters of ASCII negations.
var mayNegate = func() (t [256]bool) {
	for w := range negations {
		t[w[0]] = true
	}
	return t
}()

// weak words may stand between a negation and what it negates; they are taken
// along: "not to be renewed".
var weak = set(`a an the to be been being have has had any yet in of so as for it this that very
	ein eine einen der die das den dem zu de la le les du un une l el los una o os um uma se me y en em`)

// maxWeak is how many of them at most.
const maxWeak = 2

// negation adds the span of a negation, if w is one, and returns how far it read.
func (s *scanner) negation(w word, core string) int {
	if !s.policy.negations || w.mask == hasLower && !mayNegate[core[0]] {
		return w.end
	}
	kind := negationKind(core, w.mask)
	if kind == 0 {
		return w.end
	}
	start, last := w.from, w
	switch kind {
	case forward:
		last = s.negated(w)
	case around:
		last = s.secondHalf(w)
	case back:
		start = s.wordBefore(w)
	}
	s.add(start, last.to, Negations)
	return w.end // what it took along may hold numbers and names of its own
}

// negationKind classes a word; 0 is no negation.
func negationKind(c string, mask uint8) int {
	if len(c) < 2 || len(c) > 24 {
		return 0
	}
	if mask&hasHigh != 0 {
		if k := koreanNegation(c); k != 0 {
			return k
		}
		c = strings.ReplaceAll(c, "’", "'")
	}
	if mask&(hasUpper|hasHigh) != 0 {
		c = strings.ToLower(c)
	}
	switch {
	case mask&(hasSign|hasHigh) == 0:
		if len(c) > 9 { // longer than "niemandem"
			return 0
		}
		return negations[c]
	case strings.HasSuffix(c, "n't"), strings.HasPrefix(c, "non-"):
		return forward
	case strings.HasPrefix(c, "n'"):
		return around
	}
	return negations[c]
}

func koreanNegation(c string) int {
	switch {
	case strings.Contains(c, "않"), strings.HasPrefix(c, "못하"), strings.HasPrefix(c, "못했"),
		strings.HasPrefix(c, "마세요"), strings.HasPrefix(c, "말아"):
		return back
	case strings.Contains(c, "없"), strings.HasPrefix(c, "아니"), strings.HasPrefix(c, "아닌"), strings.HasPrefix(c, "아닙"):
		return back
	}
	return 0
}

// negated returns the last word that the negation w takes along.
func (s *scanner) negated(w word) word {
	for range maxWeak + 1 {
		next, ok := s.follow(w)
		if !ok {
			return w
		}
		w = next
		if !weak[strings.ToLower(w.core(s.text))] {
			return w
		}
	}
	return w
}

// secondHalf returns the "pas", "jamais", "que" … that closes a French negation
// within four words, else the verb.
func (s *scanner) secondHalf(w word) word {
	verb, ok := s.follow(w)
	if !ok {
		verb = w
	}
	for at, n := verb, 0; n < 3; n++ {
		switch strings.ToLower(at.core(s.text)) {
		case "pas", "plus", "jamais", "rien", "personne", "aucun", "aucune", "point", "guère", "que", "ni":
			return at
		}
		if at, ok = s.follow(at); !ok {
			break
		}
	}
	return verb
}

// wordBefore returns where the word before w begins, if one space parts them.
func (s *scanner) wordBefore(w word) int {
	i := w.start - 1
	if i < 1 || w.from != w.start || s.text[i] != ' ' || isSpace(s.text[i-1]) {
		return w.from
	}
	for n := 0; i > 0 && !isSpace(s.text[i-1]) && n < 48; n++ {
		i--
	}
	for i < w.start && !utf8.RuneStart(s.text[i]) {
		i++
	}
	return i
}
