package eval

import (
	"fmt"
	"strings"
	"unicode"
)

// Match says when a gold answer counts as present in a text. Answer and text
// are normalised alike first: lower case, no punctuation, no articles (a, an,
// the), single spaces, after SQuAD (Rajpurkar et al., arXiv:1606.05250).
type Match string

// The ways to match.
const (
	// MatchWords wants the answer's words side by side. All that is neither
	// letter, digit nor underscore parts words, so that "2008-09" holds "2008".
	// This is the measure of the models' cards, and the default.
	MatchWords Match = "words"

	// MatchSQuAD wants the answer's words side by side under the official
	// normalisation, which deletes ASCII punctuation: "2008-09" is "200809".
	MatchSQuAD Match = "squad"

	// MatchLiteral wants the answer as a substring under the official
	// normalisation, inside words too: "eyes" holds "yes". It is the only one
	// for text without spaces.
	MatchLiteral Match = "literal"
)

// Validate reports an unknown match; "" stands for [MatchWords].
func (m Match) Validate() error {
	switch m {
	case "", MatchWords, MatchSQuAD, MatchLiteral:
		return nil
	}
	return fmt.Errorf("match must be words, squad or literal; got %q", string(m))
}

// Survives reports whether any of answers is present in text. An answer of
// which nothing is left once normalised is never present.
func (m Match) Survives(text string, answers []string) bool {
	hay := " " + m.normalize(text) + " "
	for _, a := range answers {
		needle := m.normalize(a)
		if needle == "" {
			continue
		}
		if m != MatchLiteral {
			needle = " " + needle + " "
		}
		if strings.Contains(hay, needle) {
			return true
		}
	}
	return false
}

func (m Match) normalize(s string) string {
	if m == MatchSQuAD || m == MatchLiteral {
		return NormalizeSQuAD(s)
	}
	return NormalizeWords(s)
}

// NormalizeSQuAD normalises like the official evaluation script of SQuAD 1.1:
// lower case, then ASCII punctuation deleted, then articles, then white space.
func NormalizeSQuAD(s string) string {
	s = strings.Map(func(r rune) rune {
		if isASCIIPunct(r) {
			return -1
		}
		return r
	}, lower(s))
	return strings.Join(fields(dropArticles(s)), " ")
}

// NormalizeWords is [NormalizeSQuAD], but a space takes the place of all that
// is neither letter, digit, underscore nor white space.
func NormalizeWords(s string) string {
	s = strings.Map(func(r rune) rune {
		if !isWordRune(r) && !isSpace(r) {
			return ' '
		}
		return r
	}, lower(s))
	return strings.Join(fields(dropArticles(s)), " ")
}

// dropArticles puts a space for each a, an and the that stands between
// characters other than letters, digits and underscores.
func dropArticles(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	start := -1 // of the word being read
	flush := func(end int) {
		if start < 0 {
			return
		}
		switch w := s[start:end]; w {
		case "a", "an", "the":
			b.WriteByte(' ')
		default:
			b.WriteString(w)
		}
		start = -1
	}
	for i, r := range s {
		if isWordRune(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
		b.WriteRune(r)
	}
	flush(len(s))
	return b.String()
}

// lower is Python's str.lower, of which Go's differs in two letters: İ becomes i
// and a combining dot, and a Σ that ends a word becomes ς.
func lower(s string) string {
	low := strings.ToLower(s)
	if !strings.ContainsAny(s, "İΣ") {
		return low
	}
	var b strings.Builder
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case r == 'İ':
			b.WriteString("i̇")
		case r == 'Σ' && i > 0 && unicode.IsLetter(rs[i-1]) && (i+1 == len(rs) || !unicode.IsLetter(rs[i+1])):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func isASCIIPunct(r rune) bool {
	return r > ' ' && r < 0x7f && !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

// isWordRune is \w of Python's re: letters, numbers of any kind, underscore.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

// isSpace is str.isspace of Python: Unicode white space and four ASCII
// separators.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func fields(s string) []string { return strings.FieldsFunc(s, isSpace) }
