package measure

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// Names is the share of the distinct names that both a gold answer and the context have,
// that what was kept has, too. A name is a run of words with a capital, parted by a space,
// a hyphen, an apostrophe or the point of an initial; and the context has it if the words
// stand so in it, side by side, as they are spelled, but not at the beginning of a
// sentence, where every word has a capital. In what was kept they may stand anywhere, side
// by side. A name in an answer that begins with its sentence's first word may be without
// that word. It does not apply to languages without capitals, to tasks whose
// answers are not to be found in the text, and where there is no such name.
func Names() Measure {
	return &scorer[[]string]{
		name: "names",
		about: "must-keep recall of names: of the different names (runs of capitalised words, not at a sentence's start) that both a gold " +
			"answer and the text have, the share, 0 to 1, whose words stand side by side in what was kept.",
		find: func(item eval.Item) ([]string, bool) {
			if item.Language == "zh" || item.Language == "ja" || item.Language == "th" {
				return nil, false
			}
			need := namesIn(item.Context, goldOf(item))
			return need, len(need) > 0
		},
		score: func(_ eval.Item, need []string, kept eval.Kept) float64 {
			text := joined(kept.Text, wordsOf(kept.Text))
			return shareOf(need, func(n string) bool { return strings.Contains(text, n) })
		},
	}
}

// namesIn returns the names of answers that text has, each as [joined] writes it.
func namesIn(text string, answers []string) []string {
	if len(answers) == 0 {
		return nil
	}
	var b strings.Builder
	for _, run := range capitalRuns(text) {
		if run.first {
			run.words = run.words[1:]
		}
		b.WriteString(joined(text, run.words))
	}
	known := b.String()
	var need []string
	for _, a := range answers {
		for _, run := range capitalRuns(a) {
			name := joined(a, run.words)
			if run.first && len(run.words) > 1 && !strings.Contains(known, name) {
				name = joined(a, run.words[1:])
			}
			if strings.Contains(known, name) && !slices.Contains(need, name) {
				need = append(need, name)
			}
		}
	}
	return need
}

// joined returns words with a space before each and one at the end: runs written one
// after the other have two between them, which no name has.
func joined(text string, words []pith.Span) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteByte(' ')
		b.WriteString(text[w.Start:w.End])
	}
	b.WriteByte(' ')
	return b.String()
}

// capitalRun is some words with capitals.
type capitalRun struct {
	words []pith.Span
	first bool // they begin a sentence
}

// capitalRuns returns the maximal runs of words with a capital, in order. The word I is
// in none.
func capitalRuns(text string) []capitalRun {
	var runs []capitalRun
	open := false
	end := 0 // of the word before
	var before string
	eachWord(text, func(start, stop int) {
		word, gap := text[start:stop], text[end:start]
		first := end == 0 || startsSentence(before, gap)
		switch {
		case !hasCapital(word):
			open = false
		case open && !first && joins(before, gap):
			last := &runs[len(runs)-1]
			last.words = append(last.words, pith.Span{Start: start, End: stop})
		default:
			runs = append(runs, capitalRun{[]pith.Span{{Start: start, End: stop}}, first})
			open = true
		}
		before, end = word, stop
	})
	return runs
}

func hasCapital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r) && word != "I"
}

// titles end with a point inside a sentence.
var titles = []string{"Mr", "Mrs", "Ms", "Dr", "Prof", "Rev", "Hon", "Gov", "Sen", "Rep", "Gen", "Col", "Lt", "Capt", "Sgt", "St", "Jr", "Sr", "vs", "No"}

// abbreviates says whether a point after word is no end of a sentence.
func abbreviates(word string) bool {
	return utf8.RuneCountInString(word) == 1 && hasCapital(word) || slices.Contains(titles, word)
}

// startsSentence says whether a sentence begins behind gap, which follows the word before.
func startsSentence(before, gap string) bool {
	if abbreviates(before) && strings.TrimLeft(gap, ". ") == "" {
		return false
	}
	return strings.ContainsAny(gap, ".!?:;\n\"“”‘•*#|>")
}

// joins says whether the words on either side of gap may be one name.
func joins(before, gap string) bool {
	switch gap {
	case " ", "-", "'", "’":
		return true
	case ". ", ".":
		return abbreviates(before)
	}
	return false
}
