package measure

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// eachWord calls f with the byte range of each word of s, in order: the maximal runs of
// letters, numbers and underscores, and in scripts without spaces single characters.
func eachWord(s string, f func(start, end int)) {
	start := -1
	flush := func(end int) {
		if start >= 0 {
			f(start, end)
			start = -1
		}
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case !isWordRune(r):
			flush(i)
		case unspaced(r):
			flush(i)
			f(i, i+n)
		case start < 0:
			start = i
		}
		i += n
	}
	flush(len(s))
}

// wordsOf returns what [eachWord] finds.
func wordsOf(s string) []pith.Span {
	var out []pith.Span
	eachWord(s, func(start, end int) { out = append(out, pith.Span{Start: start, End: end}) })
	return out
}

// appendLower appends s in lower case.
func appendLower(b []byte, s string) []byte {
	for _, r := range s {
		b = utf8.AppendRune(b, unicode.ToLower(r))
	}
	return b
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// An answer is short with at most so many words, and in scripts without spaces so many
// characters: then it is a fact to be found. Otherwise it tells something, and need not
// stand in the text as it is.
const (
	shortWords = 20
	shortChars = 40
)

// isShort tells facts from tellings.
func isShort(answer string) bool {
	words, chars := 0, 0
	eachWord(answer, func(start, _ int) {
		if r, _ := utf8.DecodeRuneInString(answer[start:]); unspaced(r) {
			chars++
		} else {
			words++
		}
	})
	return words*shortChars+chars*shortWords <= shortWords*shortChars
}

// notInText are tasks whose answers are not to be found in their context: numbers of
// paragraphs, the next line of code, and what follows examples that are the context. Where
// such an answer stands in it all the same, that is by chance.
var notInText = []string{"lcc", "repobench-p", "passage_count", "passage_retrieval_en", "passage_retrieval_zh", "triviaqa", "samsum", "trec", "lsht", "gsm8k"}

// found reports whether an item's answers are to be found in its context, and are no
// labels out of some.
func found(item eval.Item) bool {
	task := strings.TrimSuffix(item.Dataset, "_e")
	return len(item.Classes) == 0 && !slices.Contains(notInText, task) && !strings.HasPrefix(task, "bbh_")
}

// answersOf returns the gold answers that are short, or those that are not; none where
// they are not to be found in the context.
func answersOf(item eval.Item, short bool) []string {
	if !found(item) {
		return nil
	}
	var out []string
	for _, a := range item.Answers {
		if a != "" && isShort(a) == short {
			out = append(out, a)
		}
	}
	return out
}

// goldOf returns all that [answersOf] does, short or not.
func goldOf(item eval.Item) []string {
	return append(answersOf(item, true), answersOf(item, false)...)
}
