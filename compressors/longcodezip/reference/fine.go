package reference

import (
	"context"
	"fmt"
)

// fine cuts each selected chunk to its share of the lines.
func (j *job) fine(ctx context.Context) error {
	var lines []int
	var scores []float64
	byIndex := make([]float64, len(j.Chunks))
	for _, r := range j.res.Ranking {
		byIndex[r.Index] = r.Score
	}
	for _, i := range j.res.Selected {
		lines, scores = append(lines, lineCount(j.Chunks[i])), append(scores, byIndex[i])
	}
	ratios := allocate(lines, scores, j.fineRatio(), j.Beta, j.MinLines)
	for k, i := range j.res.Selected {
		j.res.Chunks[i].FineRatio = ratios[k]
		if err := j.cut(ctx, &j.res.Chunks[i]); err != nil {
			return err
		}
	}
	return nil
}

// cut divides a chunk into blocks, and keeps some if there are enough of them. The chunk
// is divided even if it is then kept whole.
func (j *job) cut(ctx context.Context, c *Chunk) error {
	l, err := j.lines(ctx, c.Text)
	if err != nil {
		return err
	}
	c.Lines = l
	if c.FineRatio >= 0.999 {
		c.Note = noteWhole
		return nil
	}
	filled := 0
	for _, b := range l.Blocks {
		if !blank(b) {
			filled++
		}
	}
	if filled < j.MinLines {
		c.Note = fmt.Sprintf(noteSmall, j.MinLines)
		return nil
	}
	return j.choose(ctx, c)
}

func (j *job) lines(ctx context.Context, text string) (*Lines, error) {
	l := &Lines{Text: splitLines(text)}
	var err error
	if l.Bits, err = j.segmenter.bits(ctx, l.Text); err != nil {
		return nil, err
	}
	l.Threshold = threshold(l.Bits, j.SpikeRule, j.SpikeSigma)
	l.Spikes = spikes(l.Bits, l.Threshold)
	l.Blocks = blocks(l.Text, l.Spikes)
	return l, nil
}

// choose replaces the text of a chunk by the blocks or lines that are worth keeping.
func (j *job) choose(ctx context.Context, c *Chunk) error {
	blocks := c.Lines.Blocks
	values, err := j.ranker.values(ctx, j.Method, j.Query, blocks)
	if err != nil {
		return err
	}
	f := &Fine{
		Target:    int(float64(c.OriginalTokens) * c.FineRatio),
		Values:    values,
		Preserved: preserved(blocks, j.marker),
	}
	c.Fine = f
	if !j.Knapsack {
		lines, kept, s := selectLines(blocks, values, f.Preserved, c.FineRatio)
		f.Chosen, f.Selection = f.Preserved, s
		c.Text = joinLines(lines, kept, j.marker)
		return nil
	}
	weights := make([]int, len(blocks))
	for i, b := range blocks {
		if weights[i], err = j.ranker.length(b); err != nil {
			return err
		}
	}
	f.Chosen, f.Selection = knapsack(weights, values, f.Target, f.Preserved)
	c.Text = joinBlocks(blocks, f.Chosen, j.marker)
	return nil
}
