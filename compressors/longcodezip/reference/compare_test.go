package reference

import (
	"fmt"
	"slices"
	"strings"
)

// compare returns the first difference between a result and what was recorded, "" if
// there is none.
func (g *golden) compare(res *Result) string {
	for _, d := range []string{
		g.compareRanking(res.Ranking),
		same("selected", res.Selected, g.Selected),
		g.compareChunks(res.Chunks),
		same("code", lines(res.Code), lines(g.Code)),
		same("prompt", lines(res.Prompt), lines(g.Prompt)),
		same("tokens", []int{res.OriginalTokens, res.CompressedTokens, res.PromptTokens}, g.Tokens[:]),
		equal("method", res.Method, g.Method),
	} {
		if d != "" {
			return d
		}
	}
	if !near(res.Ratio, g.Ratio, 0) {
		return fmt.Sprintf("ratio: %v, want %v", res.Ratio, g.Ratio)
	}
	return ""
}

func lines(s string) []string { return strings.Split(s, "\n") }

func same[T comparable](what string, got, want []T) string {
	if slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("%s:\n got %#v\nwant %#v", what, got, want)
}

func equal[T comparable](what string, got, want T) string {
	return same(what, []T{got}, []T{want})
}

func (g *golden) compareRanking(got []Ranked) string {
	if len(got) != len(g.Ranking) {
		return fmt.Sprintf("%d ranked, want %d", len(got), len(g.Ranking))
	}
	for i, r := range got {
		if want := g.Ranking[i]; r.Index != int(want[0]) || !near(r.Score, want[1], float64(g.Alone)) {
			return fmt.Sprintf("rank %d: %v, want %v", i, r, want)
		}
	}
	return ""
}

func (g *golden) compareChunks(got []Chunk) string {
	for i, c := range got {
		if d := g.compareChunk(i, c); d != "" {
			return fmt.Sprintf("chunk %d: %s", i, d)
		}
	}
	return equal("chunks", len(got), len(g.Texts))
}

func (g *golden) compareChunk(i int, c Chunk) string {
	f, selected := g.Compressions[i]
	if d := same("text", []string{c.Text}, []string{g.Texts[i]}); d != "" || !selected {
		return d
	}
	if c.OriginalTokens != f.Original || c.CompressedTokens != f.Compressed || c.Note != f.Note {
		return fmt.Sprintf("%d to %d tokens, note %q, want %+v", c.OriginalTokens, c.CompressedTokens, c.Note, f)
	}
	if !g.Request.RankOnly && !near(c.FineRatio, f.Fine, 0) {
		return fmt.Sprintf("fine ratio %v, want %v", c.FineRatio, f.Fine)
	}
	s, ok := g.Steps[i]
	if ok != (c.Lines != nil) {
		return fmt.Sprintf("lines %v, want %v", c.Lines != nil, ok)
	}
	if !ok {
		return ""
	}
	if d := s.compareLines(c.Lines); d != "" {
		return d
	}
	return s.compareFine(c.Fine, float64(g.Alone))
}

func (s *step) compareLines(l *Lines) string {
	if d := same("lines", l.Text, s.Lines); d != "" {
		return d
	}
	if d := allNear("bits", l.Bits, s.Bits, 1.5); d != "" {
		return d
	}
	if !near(l.Threshold, s.Threshold, 1.5) {
		return fmt.Sprintf("threshold %v, want %v", l.Threshold, s.Threshold)
	}
	if d := same("spikes", l.Spikes, s.Spikes); d != "" {
		return d
	}
	return same("blocks", l.Blocks, s.Blocks)
}

func (s *step) compareFine(f *Fine, alone float64) string {
	if (f != nil) != (s.Values != nil) {
		return fmt.Sprintf("cut %v, want %v", f != nil, s.Values != nil)
	}
	if f == nil {
		return ""
	}
	scale := max(alone, float64(s.Scale))
	for _, d := range []string{
		equal("target", f.Target, s.Target),
		allNear("values", f.Values, s.Values, scale),
		same("preserved", f.Preserved, s.Preserved),
		same("chosen", f.Chosen, s.Chosen),
		s.compareSelection(f.Selection, scale*float64(len(f.Values))),
	} {
		if d != "" {
			return d
		}
	}
	return ""
}

func (s *step) compareSelection(got Selection, scale float64) string {
	want := s.Selection
	wantCounts := []int{want.PreservedBlocks, want.SelectedBlocks, want.TotalBlocks}
	if want.Method != "knapsack" {
		wantCounts = []int{want.PreservedLines, want.SelectedLines, want.TotalLines}
	} else if d := same("weights", got.Weights, s.Lengths); d != "" {
		return d
	}
	if d := same("counts", []int{got.Preserved, got.Selected, got.Total}, wantCounts); d != "" {
		return d
	}
	if got.Method != want.Method || got.PreservedOnly != want.PreservedOnly || got.TotalWeight != want.TotalWeight ||
		!near(got.TotalValue, want.TotalValue, scale) {
		return fmt.Sprintf("selection %+v, want %+v", got, want)
	}
	return ""
}
