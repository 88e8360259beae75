package reference

import "testing"

// Each stage by itself, from what was recorded of the one before.
func TestStages(t *testing.T) {
	for _, file := range []string{"toy.jsonl.gz", "tiny.jsonl.gz"} {
		for i, g := range rows[golden](t, file) {
			if g.Error != "" {
				continue
			}
			if d := g.stages(); d != "" {
				t.Fatalf("%s, row %d %s: %s", file, i, g.Name, d)
			}
		}
	}
}

func (g *golden) stages() string {
	req := g.request()
	scores := make([]float64, len(g.Ranking))
	var order []int
	for _, r := range g.Ranking {
		scores[int(r[0])] = float64(r[1])
		order = append(order, int(r[0]))
	}
	ranking := rank(scores)
	if d := same("ranking", indexes(ranking), order); d != "" {
		return d
	}
	if d := g.scoresOf(scores); d != "" {
		return d
	}
	selected := coarse(ranking, g.Lengths, req.target(g.Tokens[0])+req.CoarseSlack)
	if d := same("selected", selected, g.Selected); d != "" {
		return d
	}
	if d := g.fineStages(req, scores); d != "" {
		return d
	}
	mark := marker(req.Language)
	if d := same("code", lines(joinChunks(g.Texts, mark)), lines(g.Code)); d != "" {
		return d
	}
	if req.RankOnly {
		return equal("prompt", rankedPrompt(g.Code, req.Query, req.Instruction), g.Prompt)
	}
	return equal("prompt", finePrompt(g.Code, req.Query, req.Instruction), g.Prompt)
}

func indexes(ranking []Ranked) (out []int) {
	for _, r := range ranking {
		out = append(out, r.Index)
	}
	return out
}

// scoresOf derives scores from the recorded perplexities.
func (g *golden) scoresOf(scores []float64) string {
	if g.Request.Query == "" {
		return same("scores", scores, make([]float64, len(scores)))
	}
	ami := make([]float64, len(g.Given))
	for i, p := range g.Given {
		ami[i] = float64(g.Alone - p)
	}
	want := make([]number, len(scores))
	for i, s := range scores {
		want[i] = number(s)
	}
	return allNear("scores", ami, want, float64(g.Alone))
}

func (g *golden) fineStages(req Request, scores []float64) string {
	if req.RankOnly {
		return ""
	}
	var counts []int
	var of []float64
	var want []number
	for _, i := range g.Selected {
		counts, of = append(counts, lineCount(req.Chunks[i])), append(of, scores[i])
		want = append(want, g.Compressions[i].Fine)
	}
	ratios := allocate(counts, of, req.fineRatio(), req.Beta, req.MinLines)
	if d := allNear("fine ratios", ratios, want, 0); d != "" {
		return d
	}
	for _, i := range g.Selected {
		s := g.Steps[i]
		if d := s.cut(req, req.Chunks[i], float64(g.Compressions[i].Fine)); d != "" {
			return d
		}
	}
	return ""
}

func (s *step) cut(req Request, text string, ratio float64) string {
	bits := floats(s.Bits)
	least := threshold(bits, req.SpikeRule, req.SpikeSigma)
	if !near(least, s.Threshold, 0) {
		return equal("threshold", least, float64(s.Threshold))
	}
	for _, d := range []string{
		same("lines", splitLines(text), s.Lines),
		same("spikes", spikes(bits, least), s.Spikes),
		same("blocks", blocks(s.Lines, s.Spikes), s.Blocks),
	} {
		if d != "" {
			return d
		}
	}
	if s.Values == nil {
		return ""
	}
	mark := marker(req.Language)
	if d := same("preserved", preserved(s.Blocks, mark), s.Preserved); d != "" {
		return d
	}
	if !req.Knapsack {
		return s.cutLines(mark, ratio)
	}
	chosen, selection := knapsack(s.Lengths, floats(s.Values), s.Target, s.Preserved)
	if d := same("chosen", chosen, s.Chosen); d != "" {
		return d
	}
	if d := s.compareSelection(selection, max(1, float64(s.Scale))*1e3); d != "" {
		return d
	}
	return equal("text", joinBlocks(s.Blocks, s.Chosen, mark), *s.Text)
}

func (s *step) cutLines(mark string, ratio float64) string {
	lines, kept, selection := selectLines(s.Blocks, floats(s.Values), s.Preserved, ratio)
	if d := s.compareSelection(selection, 0); d != "" {
		return d
	}
	return equal("text", joinLines(lines, kept, mark), *s.Text)
}
