package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/longcodezip"
)

// A Question asks which of some functions a description is of.
type Question struct {
	Query  string
	Chunks []string // code of the functions without documentation; the first is right
	Paths  []string // of their files
}

const minLines = 3 // of the code of a function that is asked for

// Questions draws at most n functions with a description and, for each, candidates-1
// others of its folder; where that has not as many, of the folder around it. Others with
// equal code or documentation are no candidates. The choice follows from seed and the
// order of functions.
func Questions(functions []Function, n, candidates int, seed uint64) []Question {
	in := map[string][]int{}
	for i, f := range functions {
		for _, d := range f.folders() {
			in[d] = append(in[d], i)
		}
	}
	rng := rand.New(rand.NewPCG(seed, uint64(len(functions))))
	var out []Question
	for _, i := range rng.Perm(len(functions)) {
		f := functions[i]
		if f.describe() == "" || strings.Count(f.Code, "\n")+1 < minLines {
			continue
		}
		for _, d := range f.folders() {
			if len(out) == n {
				return out
			}
			if q := ask(functions, i, in[d], candidates, rng); len(q.Chunks) == candidates {
				out = append(out, q)
				break
			}
		}
	}
	return out
}

// ask draws candidates for function i among those at places; fewer if there are no more.
func ask(functions []Function, i int, places []int, candidates int, rng *rand.Rand) Question {
	f := functions[i]
	q := Question{Query: f.describe(), Chunks: []string{f.Code}, Paths: []string{f.Path}}
	if len(places) < candidates {
		return q
	}
	for _, k := range rng.Perm(len(places)) {
		if len(q.Chunks) == candidates {
			break
		}
		if g := functions[places[k]]; g.Code != f.Code && g.Doc != f.Doc {
			q.Chunks, q.Paths = append(q.Chunks, g.Code), append(q.Paths, g.Path)
		}
	}
	return q
}

// RetrievalOptions say what [Retrieval] runs.
type RetrievalOptions struct {
	Questions []Question
	Scorers   []longcodezip.Scorer // of different names
	Against   string               // name of the scorer that differences are to; default: the first
	Resamples int                  // of the bootstrap; default: DefaultResamples
	Seed      uint64               // of the bootstrap
	Progress  func(done, total int)
}

// RetrievalReport is the outcome of [Retrieval].
type RetrievalReport struct {
	Kind       string          `json:"kind"`
	Questions  int             `json:"questions"`
	Candidates int             `json:"candidates"`
	Against    string          `json:"against"`
	Resamples  int             `json:"resamples"`
	Seed       uint64          `json:"seed"`
	Cells      []RetrievalCell `json:"cells"`
	Notes      []string        `json:"notes,omitempty"`
}

// RetrievalCell is one scorer. Recall at n is the share of questions whose function is
// among the n best.
type RetrievalCell struct {
	Scorer     string    `json:"scorer"`
	MRR        Estimate  `json:"mrr"` // mean of 1/rank
	Recall1    Estimate  `json:"recall_1"`
	Recall5    Estimate  `json:"recall_5"`
	Difference *Estimate `json:"difference,omitempty"` // of MRR
}

// Retrieval asks each scorer each question. Of n chunks with equal gains each has the mean
// of their ranks. A scorer's error ends the run.
func Retrieval(ctx context.Context, o RetrievalOptions) (RetrievalReport, error) {
	if len(o.Questions) == 0 || len(o.Scorers) == 0 {
		return RetrievalReport{}, errors.New("retrieval: no questions or no scorers")
	}
	if o.Resamples <= 0 {
		o.Resamples = DefaultResamples
	}
	if o.Against == "" {
		o.Against = o.Scorers[0].Name()
	}
	base := slices.IndexFunc(o.Scorers, func(s longcodezip.Scorer) bool { return s.Name() == o.Against })
	if base < 0 {
		return RetrievalReport{}, fmt.Errorf("retrieval: no scorer is called %s", o.Against)
	}
	ranks := make([][]float64, len(o.Scorers)) // [scorer][question]
	for s := range ranks {
		ranks[s] = make([]float64, len(o.Questions))
	}
	err := ForEach(ctx, len(o.Questions), o.Progress, func(ctx context.Context, i int) error {
		for s, scorer := range o.Scorers {
			gains, _, err := scorer.Gains(ctx, o.Questions[i].Query, o.Questions[i].Chunks)
			if err != nil {
				return fmt.Errorf("retrieval: scorer %s: %w", scorer.Name(), err)
			}
			ranks[s][i] = rankOfFirst(gains)
		}
		return nil
	})
	if err != nil {
		return RetrievalReport{}, err
	}
	r := RetrievalReport{Kind: "retrieval of described functions", Questions: len(o.Questions),
		Candidates: len(o.Questions[0].Chunks), Against: o.Against, Resamples: o.Resamples, Seed: o.Seed}
	for s, scorer := range o.Scorers {
		c := RetrievalCell{Scorer: scorer.Name(), MRR: o.estimate(ranks[s], reciprocal),
			Recall1: o.estimate(ranks[s], within(1)), Recall5: o.estimate(ranks[s], within(5))}
		if s != base {
			d := Paired(mapped(ranks[s], reciprocal), mapped(ranks[base], reciprocal), o.Resamples, o.Seed)
			c.Difference = &d
		}
		r.Cells = append(r.Cells, c)
	}
	return r, nil
}

func (o *RetrievalOptions) estimate(ranks []float64, f func(float64) float64) Estimate {
	return Bootstrap(mapped(ranks, f), o.Resamples, o.Seed)
}

// rankOfFirst returns the rank of the first gain, from 1.
func rankOfFirst(gains []float64) float64 {
	rank := 1.0
	for _, g := range gains[1:] {
		switch {
		case g > gains[0]:
			rank++
		case g == gains[0]:
			rank += 0.5
		}
	}
	return rank
}

func reciprocal(rank float64) float64 { return 1 / rank }

func within(n float64) func(float64) float64 {
	return func(rank float64) float64 {
		if rank <= n {
			return 1
		}
		return 0
	}
}

func mapped(v []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = f(x)
	}
	return out
}

// WriteJSON writes the report as indented JSON.
func (r *RetrievalReport) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// WriteMarkdown writes the report as Markdown.
func (r *RetrievalReport) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "The described function among %d of its folder, %d questions. 95 %% intervals: %d bootstrap resamples, seed %d.\n",
		r.Candidates, r.Questions, r.Resamples, r.Seed)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s\n", n)
	}
	fmt.Fprintf(&b, "\n| scorer | mean reciprocal rank | recall at 1 | recall at 5 | MRR, difference to %s |\n|---|---|---|---|---|\n", r.Against)
	for _, c := range r.Cells {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Scorer, c.MRR, c.Recall1, c.Recall5, c.Difference.signed())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
