package suite

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/reader"
)

// prompt is a result that still wants a reader's answer.
type prompt struct {
	item, col int
	row       *row
	question  dataset.Question
	kept      string
}

// shorten has an arm shorten an item, and measures what it kept. An arm that reads for
// itself is given the whole text: what came of it is known at the end, by [run.settleKept].
func (r *run) shorten(ctx context.Context, i, c int, q dataset.Question) (*row, string, error) {
	col := &r.cols[c]
	got := &row{Values: map[string]float64{}}
	if col.arm.Reader != nil {
		return got, q.Item.Context, nil
	}
	start := time.Now()
	kept, err := col.arm.Compress(ctx, q.Item, col.limit(r.full[i], r.Options))
	if err != nil {
		return nil, "", err
	}
	got.Millis = float64(time.Since(start)) / float64(time.Millisecond)
	got.Kept, got.Refused = r.Counter.Count(kept.Text), kept.Refused
	if r.showsAt(i, c) {
		got.Shown = show(q.Item.Context, kept)
	}
	for _, m := range r.Measures {
		v, ok, err := m.Of(ctx, q.Item, kept)
		if err == nil && ok {
			err = finite(v)
		}
		if err != nil {
			return nil, "", fmt.Errorf("measure %s: %w", m.Name(), err)
		}
		if ok {
			got.Values[m.Name()] = v
		}
	}
	return got, kept.Text, nil
}

func finite(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("the value %v is not finite", v)
	}
	return nil
}

// read asks the reader and scores what it says.
func (r *run) read(ctx context.Context, p prompt) error {
	t, col := r.task(p.item), &r.cols[p.col]
	a, err := col.reader.Answer(ctx, reader.Prompt{Text: p.question.Prompt(p.kept), MaxTokens: t.MaxTokens})
	if err != nil {
		return r.at(p.item, p.col, fmt.Errorf("reader: %w", err))
	}
	// As JSON will have it, so that a result is the same from the journal.
	said := strings.ToValidUTF8(a.Text, "\uFFFD")
	p.row.Read = &reading{PromptTokens: a.PromptTokens, CachedTokens: a.CachedTokens,
		CompletionTokens: a.CompletionTokens, Estimated: a.Estimated, Answer: said,
		Finish: a.Finish, InDoubt: a.InDoubt}
	if col.arm.Reader != nil {
		if err := countable(a); err != nil {
			return r.at(p.item, p.col, err)
		}
	}
	switch {
	case t.Metric == "":
	case a.Finish == reader.FinishContext:
		p.row.Values[score] = 0 // whatever a metric makes of no answer
	default:
		v, err := r.Score(t.Metric, prediction(t, said), p.question.Item.Answers, p.question.Item.Classes)
		if err == nil {
			err = finite(v)
		}
		if err != nil {
			return r.at(p.item, p.col, fmt.Errorf("metric %s: %w", t.Metric, err))
		}
		p.row.Values[score] = v
	}
	return r.finish(p.item, p.col, p.row)
}

// prediction is what of an answer is scored.
func prediction(t dataset.Task, answer string) string {
	if !t.FirstLine {
		return answer
	}
	first, _, _ := strings.Cut(strings.TrimLeft(answer, "\n"), "\n")
	return first
}

// show returns what an example shows. Spans that are not ascending pieces of the text are
// as good as none.
func show(text string, kept eval.Kept) *shown {
	if kept.Spans == nil || !ascending(kept.Spans, len(text)) {
		return &shown{Text: strings.ToValidUTF8(kept.Text, "\uFFFD")}
	}
	s := &shown{}
	for _, span := range kept.Spans {
		s.Spans = append(s.Spans, [2]int{span.Start, span.End})
	}
	return s
}

func ascending(spans []pith.Span, end int) bool {
	at := 0
	for _, s := range spans {
		if s.Start < at || s.End < s.Start || s.End > end {
			return false
		}
		at = s.End
	}
	return true
}

// showable reports whether a text is the same in JSON, so that spans of it still count.
func showable(text string) bool { return utf8.ValidString(text) }
