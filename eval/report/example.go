package report

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// piece is a part of an example's text as it is shown.
type piece struct {
	Class string // "kept", "gone", "cut" (left out of the report), "plain" (arm cannot tell)
	Text  string
	Gold  bool // one of the gold answers
}

const (
	shownWhole  = 6000 // bytes of a text that is shown as it is
	shownHead   = 1800 // of a longer one, its start,
	shownAround = 900  // and this much on either side of an answer
	shownPlaces = 4    // of which there are no more
)

// excerpt returns the byte ranges of a text that are shown, ascending and disjoint.
func excerpt(text string, answers []string) [][2]int {
	if len(text) <= shownWhole {
		return [][2]int{{0, len(text)}}
	}
	out := [][2]int{{0, runeStart(text, shownHead)}}
	for _, g := range golds(text, answers, shownPlaces) {
		lo, hi := runeStart(text, g[0]-shownAround), runeStart(text, g[1]+shownAround)
		if last := &out[len(out)-1]; lo <= last[1] {
			last[1] = max(last[1], hi)
			continue
		}
		out = append(out, [2]int{lo, hi})
	}
	return out
}

// golds finds where answers stand in text, ascending and disjoint, at most n of each.
func golds(text string, answers []string, n int) [][2]int {
	var all [][2]int
	for _, a := range answers {
		if strings.TrimSpace(a) == "" {
			continue
		}
		for at, found := 0, 0; found < n; found++ {
			i := strings.Index(text[at:], a)
			if i < 0 {
				break
			}
			all = append(all, [2]int{at + i, at + i + len(a)})
			at += i + len(a)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i][0] < all[j][0] })
	var out [][2]int
	for _, g := range all {
		if len(out) == 0 || g[0] >= out[len(out)-1][1] {
			out = append(out, g)
		}
	}
	return out
}

// runeStart returns at, moved back to where a character starts, within the text.
func runeStart(text string, at int) int {
	at = min(max(at, 0), len(text))
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// wholeRunes widens spans so that none cuts a character, as tokens may.
func wholeRunes(text string, spans [][2]int) [][2]int {
	out := make([][2]int, 0, len(spans))
	for _, s := range spans {
		s[0] = runeStart(text, s[0])
		for s[1] > s[0] && s[1] < len(text) && !utf8.RuneStart(text[s[1]]) {
			s[1]++
		}
		if n := len(out) - 1; n >= 0 && s[0] <= out[n][1] {
			out[n][1] = max(out[n][1], s[1])
		} else if s[1] > s[0] {
			out = append(out, s)
		}
	}
	return out
}

// pieces cuts an example's text into what is shown of it for one arm.
func pieces(e Example, s Shortened) []piece {
	if s.Spans == nil {
		if s.Text == "" {
			return nil
		}
		end := runeStart(s.Text, shownWhole)
		out := []piece{{Class: "plain", Text: s.Text[:end]}}
		return appendCut(out, max(s.Bytes, len(s.Text))-end)
	}
	gold, kept := golds(e.Text, e.Answers, shownPlaces), wholeRunes(e.Text, s.Spans)
	out, at := appendCut(nil, e.From), 0
	for _, w := range excerpt(e.Text, e.Answers) {
		out = appendCut(out, w[0]-at)
		out = appendWindow(out, e.Text, w, kept, gold)
		at = w[1]
	}
	return appendCut(out, e.whole()-e.From-at)
}

func appendCut(out []piece, n int) []piece {
	if n <= 0 {
		return out
	}
	return append(out, piece{Class: "cut", Text: "… " + plural(n, "byte") + " not shown …"})
}

// appendWindow appends the text of one range; every change of kept or gold starts a
// piece. White space alone is never shown as gone: it would only be noise.
func appendWindow(out []piece, text string, w [2]int, kept, gold [][2]int) []piece {
	first := len(out)
	for at := w[0]; at < w[1]; {
		inKept, k := inside(kept, at)
		inGold, g := inside(gold, at)
		end := max(at+1, min(w[1], k, g))
		p := piece{Class: "gone", Text: text[at:end], Gold: inGold}
		if inKept || strings.TrimSpace(p.Text) == "" {
			p.Class = "kept"
		}
		if n := len(out) - 1; n >= first && out[n].Class == p.Class && out[n].Gold == p.Gold {
			out[n].Text += p.Text
		} else {
			out = append(out, p)
		}
		at = end
	}
	return out
}

// inside reports whether at is in one of the ascending ranges, and where that changes.
func inside(ranges [][2]int, at int) (bool, int) {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i][1] > at })
	switch {
	case i == len(ranges):
		return false, int(^uint(0) >> 1)
	case ranges[i][0] > at:
		return false, ranges[i][0]
	}
	return true, ranges[i][1]
}
