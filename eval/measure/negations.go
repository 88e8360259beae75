package measure

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// negation is a word that negates, and the word it is taken to turn round.
type negation struct{ word, content pith.Span }

// Negations looks at each negation of the context (not, no, never, n't, without, nor,
// neither, cannot, none, nobody, nothing, nowhere, hardly, barely; in Chinese 不 没 無 无
// 非 未 别, but not in words such as 非常) and at the word of content that follows it in the
// clause. Of those whose word of content was kept, it is the share of which the negation
// was kept, too: without it the sentence says the opposite. Where none was kept it is 1:
// nothing was turned round; but a text that an arm refused has no value, for its client
// has the whole text or none. The word of content is among the next five words, in Chinese
// the next three characters, without punctuation in between.
//
// What was kept is told by [eval.Kept.Spans]; without them the kept words are looked up in
// the context as [align] does. It does not apply to code, and to a context without such
// pairs. More kept words may lower it.
func Negations() Measure {
	return &scorer[[]negation]{
		name: "negations",
		about: "must-keep recall of negations: of the negations in the text (not, no, never, n't, without, 不, 没 …) whose following word of " +
			"content was kept, the share, 0 to 1, that was kept with it; 1 if no such word was kept, none for a refusal. A lost one turns its sentence round.",
		needsText: true,
		find: func(item eval.Item) ([]negation, bool) {
			if item.Language == "code" {
				return nil, false
			}
			found := negationsIn(item.Context, item.Language != "ja")
			return found, len(found) > 0
		},
		score: func(item eval.Item, found []negation, kept eval.Kept) float64 {
			spans := kept.Spans
			if spans == nil {
				spans = align(item.Context, kept.Text)
			}
			spans = merged(spans)
			said, turned := 0, 0
			for _, n := range found {
				if covers(spans, n.content) {
					said++
					if !covers(spans, n.word) {
						turned++
					}
				}
			}
			return 1 - float64(turned)/float64(max(1, said))
		},
	}
}

// merged makes one span of those that touch.
func merged(spans []pith.Span) []pith.Span {
	var out []pith.Span
	for _, s := range spans {
		if n := len(out); n > 0 && out[n-1].End == s.Start {
			out[n-1].End = s.End
		} else {
			out = append(out, s)
		}
	}
	return out
}

// covers says whether one of spans, which ascend and do not touch, has all of s.
func covers(spans []pith.Span, s pith.Span) bool {
	i, _ := slices.BinarySearchFunc(spans, s, func(a, b pith.Span) int { return a.End - b.End })
	return i < len(spans) && spans[i].Start <= s.Start
}

// The words that negate, and those that stand between them and what they negate.
var (
	negates = set(`not no never without nor neither cannot none nobody nothing nowhere hardly barely`)
	between = set(`a an the any of to be been being is are was were am do does did has have had will would can could shall should may might
		must this that these those it its he she they we you i his her their our your my in on at by for with from as and or but so
		only just even yet ever very too all such much many more longer`)
	negatesZh = "不没無无非未别沒別"
	betweenZh = "的了是有能会會要可以得被在再曾就"

	// notNegation are words in which the characters do not negate.
	notNegation = strings.Fields(`非常 非洲 别人 别的 别墅 特别 分别 区别 性别 级别 个别 类别 差别 告别 识别 鉴别 未来 不仅 不但 不过 不断 无论 不管
		不同 不少 无锡 别克 非典 不丹 除非 南非 是非 莫非 無論 別人 特別 分別 區別 未來 不僅 不過 不斷`)
)

// How many words from a negation on its word of content is looked for.
const (
	reach   = 5
	reachZh = 3
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// negationsIn returns the negations of text that have a word of content, in order.
func negationsIn(text string, chinese bool) []negation {
	words := wordsOf(text)
	var out []negation
	for i := 0; i < len(words); i++ {
		end := i + 1
		han := chinese && negatesHan(text, words[i])
		switch w := text[words[i].Start:words[i].End]; {
		case han:
		case contracted(text, words, i):
			end++
		case !negates[strings.ToLower(w)]:
			continue
		}
		word := pith.Span{Start: words[i].Start, End: words[end-1].End}
		if content, ok := contentAfter(text, words, end, han); ok {
			out = append(out, negation{word, content})
		}
		i = end - 1
	}
	return out
}

// contracted says whether words i and i+1 are one with n't: don, t.
func contracted(text string, words []pith.Span, i int) bool {
	if i+1 == len(words) {
		return false
	}
	a, b := words[i], words[i+1]
	gap := text[a.End:b.Start]
	return (gap == "'" || gap == "’") && strings.EqualFold(text[b.Start:b.End], "t") && strings.HasSuffix(strings.ToLower(text[a.Start:a.End]), "n")
}

// negatesHan says whether w is a Chinese character that negates here.
func negatesHan(text string, w pith.Span) bool {
	if r, _ := utf8.DecodeRuneInString(text[w.Start:]); r < utf8.RuneSelf || !strings.ContainsRune(negatesZh, r) {
		return false
	}
	char := text[w.Start:w.End]
	return !slices.ContainsFunc(notNegation, func(word string) bool {
		at := strings.Index(word, char)
		return at >= 0 && w.Start >= at && strings.HasPrefix(text[w.Start-at:], word)
	})
}

// contentAfter returns the first word of content from words[i] on: one of the same
// clause that negates nothing and says something by itself.
func contentAfter(text string, words []pith.Span, i int, han bool) (pith.Span, bool) {
	most := reach
	if han {
		most = reachZh
	}
	for k := i; k < min(len(words), i+most); k++ {
		if k == 0 || !sameClause(text[words[k-1].End:words[k].Start]) {
			break
		}
		w := text[words[k].Start:words[k].End]
		if strings.Contains(negatesZh+betweenZh, w) {
			continue
		}
		if low := strings.ToLower(w); negates[low] || between[low] {
			continue
		}
		return words[k], true
	}
	return pith.Span{}, false
}

// sameClause says whether gap, between two words, has only space, quotes or a hyphen.
func sameClause(gap string) bool {
	return strings.Trim(gap, " \t\"'’‘“”-") == ""
}
