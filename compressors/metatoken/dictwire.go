package metatoken

import (
	"slices"
	"strconv"
	"strings"
)

// sigils begin a stand-in. The one that is used occurs nowhere in the source, so that in
// what comes out each one begins a stand-in. They cost one token in the vocabularies of
// today; brackets would cost several.
var sigils = []string{"§", "¶", "※", "λ", "■", "→"}

// mostLetters is how many stand-ins there can be: a sigil and one letter, so that none
// begins another.
const mostLetters = 26

// artifact is the form of a text with stand-ins:
//
//	§X below stands for the text after "§X=".     the brief, if it is part of the text
//	§§2                                           how many rows
//	§A=Request failed while contacting            a row, escaped
//	§B=the upstream billing service
//	e1: §A §B; retry in 5s                        the text
//
// With definitions inline there are neither count nor rows: the first stand-in of each
// phrase is followed by the phrase in braces.
type artifact struct {
	sigil         string
	brief, inline bool
}

// DictBrief returns the sentence that explains a text which [EncodeDict] made, without a
// line end. With DictOptions.Warm it has to be in the system prompt.
func DictBrief(sigil string, inline bool) string {
	if inline {
		return sigil + "X{text} defines " + sigil + "X; each later " + sigil + "X stands for that text."
	}
	return sigil + `X below stands for the text after "` + sigil + `X=".`
}

func (a *artifact) standIn(row int) string { return a.sigil + string(rune('A'+row)) }

// definition of a phrase that stands in front of the text, or in the text itself.
func (a *artifact) definition(row int, phrase string) string {
	if a.inline {
		return a.standIn(row) + "{" + inlineEscapes.Replace(phrase) + "}"
	}
	return a.standIn(row) + "=" + rowEscapes.Replace(phrase) + "\n"
}

// Nothing else is escaped: the reader sees most phrases as they are.
var (
	rowEscapes    = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	inlineEscapes = strings.NewReplacer(`\`, `\\`, "{", `\{`, "}", `\}`)
)

// rowCost is the tokens of a definition beside the stand-ins.
func (a *artifact) rowCost(phrase string, count func(string) int) int {
	cost := count(a.definition(0, phrase))
	if a.inline {
		cost -= count(a.standIn(0)) // the first is counted as one
	}
	return cost
}

// write returns the text with stand-ins for the phrases, which are in the order in which
// they first stand there.
func (a *artifact) write(text string, rows []choice) string {
	var b strings.Builder
	b.Grow(len(text))
	if a.brief {
		b.WriteString(DictBrief(a.sigil, a.inline) + "\n")
	}
	if !a.inline {
		b.WriteString(a.sigil + a.sigil + strconv.Itoa(len(rows)) + "\n")
		for i, r := range rows {
			b.WriteString(a.definition(i, r.phrase))
		}
	}
	end, defined := 0, 0
	for _, place := range places(rows) {
		at, row := int(place>>8), int(place&0xff)
		b.WriteString(text[end:at])
		if a.inline && row == defined {
			b.WriteString(a.definition(row, rows[row].phrase))
			defined++
		} else {
			b.WriteString(a.standIn(row))
		}
		end = at + len(rows[row].phrase)
	}
	b.WriteString(text[end:])
	return b.String()
}

// places are where the phrases stand, ascending, each with its row in the low byte.
func places(rows []choice) []int64 {
	var all []int64
	for row, r := range rows {
		for _, at := range r.at {
			all = append(all, int64(at)<<8|int64(row))
		}
	}
	slices.Sort(all)
	return all
}

// misread reports whether the letter of some stand-in and what follows it would read as
// another phrase. Then a copy of that phrase would seem to be left.
func misread(text string, rows []choice) bool {
	for row, r := range rows {
		for _, other := range rows {
			if other.phrase[0] != byte('A'+row) {
				continue
			}
			for _, at := range r.at {
				if strings.HasPrefix(text[int(at)+len(r.phrase):], other.phrase[1:]) {
					return true
				}
			}
		}
	}
	return false
}

// looksEncoded reports whether text begins as an artifact does, or has what looks like an
// inline definition. To write it with other stand-ins would leave a reader with two keys,
// one of which is part of the text.
func looksEncoded(text string) bool {
	for _, s := range sigils {
		if strings.HasPrefix(text, DictBrief(s, true)) || strings.Contains(text, s+"A{") {
			return true
		}
		if rest, ok := strings.CutPrefix(strings.TrimPrefix(text, DictBrief(s, false)+"\n"), s+s); ok {
			digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
			if digits > 0 && strings.HasPrefix(rest[digits:], "\n"+s+"A=") {
				return true
			}
		}
	}
	return false
}
