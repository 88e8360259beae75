package llmlingua2

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith/tokenize"
)

// unit is the least that is kept or dropped: a word, a maximal run of bytes
// without white space; in text without spaces, a piece of the tokenizer.
type unit struct{ start, end int } // bytes of the text

// words splits text[start:end] at white space.
func words(units []unit, text string, start, end int) []unit {
	from := -1
	for i, r := range text[start:end] {
		switch {
		case unicode.IsSpace(r):
			if from >= 0 {
				units = append(units, unit{from, start + i})
				from = -1
			}
		case from < 0:
			from = start + i
		}
	}
	if from >= 0 {
		units = append(units, unit{from, end})
	}
	return units
}

// pieces splits text[start:end], which has no spaces between words, into the
// tokenizer's pieces. A run of letters and digits of a script with spaces stays
// whole, and so does a character that several tokens share.
func pieces(units []unit, text string, start, end int, tokens []tokenize.Token) []unit {
	for _, w := range words(nil, text, start, end) {
		for len(tokens) > 0 && tokens[0].End <= w.start {
			tokens = tokens[1:]
		}
		cut := w.start
		for len(tokens) > 0 && tokens[0].Start < w.end {
			at := tokens[0].Start
			if at > cut && !glued(text, at) {
				units = append(units, unit{cut, at})
				cut = at
			}
			tokens = tokens[1:]
		}
		units = append(units, unit{cut, w.end})
	}
	return units
}

// glued reports whether a cut at byte i would split a run of letters and digits
// of a script with spaces, or a base from its mark.
func glued(text string, i int) bool {
	if i <= 0 || i >= len(text) || !utf8.RuneStart(text[i]) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	if unicode.Is(unicode.M, after) || after == '\u200d' || before == '\u200d' {
		return true
	}
	return spacedAlnum(before) && spacedAlnum(after)
}

func spacedAlnum(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unspaced(r)
}

// unspaced reports whether r is of a script written without spaces.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Bopomofo)
}

// unspacedLanguage reports whether a language is written without spaces.
func unspacedLanguage(code string) bool {
	switch code {
	case "zh", "ja", "th", "lo", "km", "my":
		return true
	}
	return false
}

// sentences gives the number of the sentence of each unit, from 0 and without
// gaps. A sentence ends with a unit that ends with . ! or ? before white space,
// with 。！ or ？ anywhere, and at a newline.
func sentences(text string, units []unit) []int {
	of := make([]int, len(units))
	for i := 1; i < len(units); i++ {
		of[i] = of[i-1]
		gap := text[units[i-1].end:units[i].start]
		if endsSentence(text[units[i-1].start:units[i-1].end], gap) {
			of[i]++
		}
	}
	return of
}

func endsSentence(word, gap string) bool {
	if strings.ContainsAny(gap, "\n\r") {
		return true
	}
	switch r, _ := utf8.DecodeLastRuneInString(word); r {
	case '.', '!', '?':
		return gap != ""
	case '。', '！', '？':
		return true
	}
	return false
}
