package report

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/pith-proxy/pith/eval"
)

// plan says what a made-up report holds.
type plan struct {
	arms     []Arm
	rates    []float64
	tasks    int
	items    int
	reader   bool
	examples bool
	needles  bool
	resample int
}

var thirteen = []Arm{
	{Name: "none", Kind: kindNone, About: "The whole text.", Fixed: true},
	{Name: "llmlingua2", Kind: "pith", About: "Keeps the tokens a trained classifier wants most."},
	{Name: "llmlingua2-small", Kind: "pith", About: "The same with a smaller model."},
	{Name: "longllmlingua", Kind: "pith", About: "Perplexity given the question.", Question: true},
	{Name: "longcodezip", Kind: "pith", About: "Functions by mutual information.", Question: true},
	{Name: "cascade", Kind: "pith", About: "Sentences first, then words.", Question: true},
	{Name: "metatoken", Kind: "pith", About: "Lossless: repeated runs become stand-ins.", Fixed: true},
	{Name: "random", Kind: kindBaseline, About: "Random words."},
	{Name: "head", Kind: kindBaseline, About: "The start."},
	{Name: "tail", Kind: kindBaseline, About: "The end."},
	{Name: "middle", Kind: kindBaseline, About: "Both ends."},
	{Name: "idf", Kind: kindBaseline, About: "The rarest words."},
	{Name: "bm25", Kind: kindBaseline, About: "Sentences by BM25.", Question: true},
	{Name: "llmlingua (python)", Kind: kindPeer, About: "The authors' own code."},
}

var skill = map[string]float64{
	"none": 9, "llmlingua2": 1.5, "llmlingua2-small": 1.25, "longllmlingua": 1.9, "longcodezip": 1.7, "cascade": 2.3,
	"metatoken": 9, "random": 0.75, "head": 0.9, "tail": 0.85, "middle": 1, "idf": 1.1, "bm25": 1.8, "llmlingua (python)": 1.45,
}

var taskTitles = []string{"HotpotQA", "QMSum", "GovReport", "TriviaQA", "PassageRetrieval", "LCC", "DuReader (中文)", "NarrativeQA"}

func fullPlan() plan {
	return plan{arms: thirteen, rates: []float64{0.67, 0.5, 0.33, 0.2}, tasks: 8, items: 15, reader: true, examples: true, needles: true, resample: 20}
}

var fullRead = sync.OnceValue(func() *Report { return made(fullPlan()) })

// made returns a report that looks like a real one. Equal plans give equal reports.
func made(p plan) *Report {
	r := &Report{
		Format: Format, Pith: "0.9.0", Set: "MiniLongBench", Unit: "o200k_base", Rates: p.rates, Through: "process",
		Arms: p.arms, Against: "bm25", Resamples: p.resample, Seed: 1,
		Measures: []Measure{
			{"survival", "Share of items whose gold answer still stands in the kept text; 0 to 1. An upper bound on extractive answers.", Offline},
			{"rouge_recall", "ROUGE-L recall of the gold summary's words in the kept text; 0 to 1.", Offline},
			{"must_keep", "Share of the numbers, names and negations of the text that are kept; 0 to 1.", Offline},
			{"likelihood", "Mean log-likelihood of the gold answer under the built-in language model, in nats a token; at most 0.", Offline},
		},
		Notes: []string{"repeat: pith eval run --dataset minilongbench --methods all --rates 0.67,0.5,0.33,0.2 --seed 1 --out DIR", "2 items of LCC were left out: their context is empty."},
	}
	if p.reader {
		r.Measures = append(r.Measures, Measure{"score", "LongBench's own metric of each task; 0 to 1.", OfReader})
		r.Reader = &Reader{Name: "gpt-4o-mini at api.openai.com", Answers: p.items * p.tasks * len(p.arms), PromptTokens: 41_234_567, CompletionTokens: 345_678, Dollars: 6.3912}
	}
	for t := range p.tasks {
		title := taskTitles[t%len(taskTitles)]
		r.Tasks = append(r.Tasks, Task{Name: strings.ToLower(strings.Fields(title)[0]), Title: title, Set: "longbench", Kind: "qa", Language: language(title), Metric: "qa_f1", Items: p.items, Tokens: p.items * 9000})
	}
	for i := range r.Arms {
		madeArm(r, p, r.Arms[i])
	}
	madeCells(r, p)
	madeHurts(r)
	if p.examples {
		r.Examples = madeExamples(r)
	}
	if p.needles {
		r.Grids = madeGrids(r)
	}
	return r
}

func language(title string) string {
	switch {
	case title == "LCC":
		return "code"
	case strings.Contains(title, "中文"):
		return "zh"
	}
	return "en"
}

func madeArm(r *Report, p plan, a Arm) {
	rates := p.rates
	if a.Fixed {
		rates = []float64{0}
	}
	for _, rate := range rates {
		before, after := 0, 0
		for t, task := range r.Tasks {
			for i := range task.Items {
				if !takes(a, task) {
					break
				}
				o := madeOutcome(r, a, rate, t, i)
				before, after = before+o.Full, after+o.Kept
				r.Outcomes = append(r.Outcomes, o)
			}
		}
		if a.Kind != kindNone && before > 0 {
			share := float64(after) / float64(before)
			e := Economy{Arm: a.Name, Rate: rate, Before: before, After: after, Uncached: share, Reuse: 10,
				Cached: map[string]float64{"openai": share, "anthropic": share * 1.1, "deepseek": share}}
			if a.Question {
				e.Cached = map[string]float64{"openai": share * 2.2, "anthropic": share * 5.3, "deepseek": share * 4.1}
			}
			if r.Reader != nil {
				e.Dollars, e.DollarsPerCorrect = float64(after)*1.5e-7, float64(after)*1.5e-7/200
			}
			r.Economics = append(r.Economics, e)
		}
	}
	if a.Kind != kindNone {
		for k := range 6 {
			n := 500 << k
			ms := float64(n) / 1000 * (3.2 - skill[a.Name])
			if a.Kind != kindBaseline {
				ms = 20 + float64(n)*0.02*skill[a.Name]
			}
			r.Lengths = append(r.Lengths, Length{Arm: a.Name, Tokens: n, Items: 40, P50: math.Abs(ms), P95: math.Abs(ms) * 1.6})
		}
	}
}

func madeOutcome(r *Report, a Arm, rate float64, t, i int) Outcome {
	h := fnv.New64a()
	fmt.Fprint(h, a.Name, rate, t, i)
	rng := rand.New(rand.NewPCG(h.Sum64(), 7))
	full := 2000 + 137*i + 911*t
	kept := float64(full)
	if a.Name == "metatoken" {
		kept *= 0.93
	} else if rate > 0 {
		kept *= rate * (1 - 0.03*rng.Float64())
		if a.Name == "llmlingua2" {
			kept *= 1.04
		}
	}
	share := kept / float64(full)
	q := math.Pow(share, 1/skill[a.Name]) * (0.95 - 0.05*float64(t))
	hit := 0.0
	if rng.Float64() < q {
		hit = 1
	}
	id := fmt.Sprintf("%s-%d", r.Tasks[t].Name, i)
	o := Outcome{ID: id, Item: "digest of " + id, Task: r.Tasks[t].Name, Arm: a.Name, Rate: rate, Full: full, Kept: int(kept), Limit: int(rate * float64(full)),
		Millis: 20 + float64(full)*0.02, Values: map[string]float64{"must_keep": math.Min(1, q*0.9+0.1*rng.Float64()), "likelihood": -0.4 - 2.5*(1-q)*(0.5+rng.Float64())}}
	if t%3 != 2 {
		o.Values["survival"] = hit
	} else {
		o.Values["rouge_recall"] = q * (0.8 + 0.2*rng.Float64())
	}
	if r.Reader != nil {
		o.Values["score"] = hit * (0.5 + 0.5*rng.Float64())
		o.Read = &Reading{PromptTokens: o.Kept + 60, CompletionTokens: 12, Dollars: float64(o.Kept) * 1.5e-7}
	}
	return o
}

// takes is false of what an arm leaves alone: longcodezip is for code.
func takes(a Arm, t Task) bool { return a.Name != "longcodezip" || t.Language == "code" }

// sums is what a cell is made of, with the outcomes in order.
type sums struct{ of []*Outcome }

func (s *sums) values(name string) (v, kept []float64) {
	for _, o := range s.of {
		if x, ok := o.Values[name]; ok {
			v, kept = append(v, x), append(kept, float64(o.Kept)/float64(o.Full))
		}
	}
	return v, kept
}

// diff is of one measure over the items of both, within budget if asked.
func (s *sums) diff(from *sums, name string, budget bool, p plan) (*eval.Estimate, int) {
	if from == nil {
		return nil, 0
	}
	over := func(o *Outcome) bool { return budget && o.Limit > 0 && float64(o.Kept) > 1.01*float64(o.Limit) }
	at := map[string]*Outcome{}
	for _, o := range from.of {
		at[o.ID] = o
	}
	var a, b []float64
	for _, o := range s.of {
		w := at[o.ID]
		if w == nil || over(o) || over(w) {
			continue
		}
		if x, ok := o.Values[name]; ok {
			a, b = append(a, x), append(b, w.Values[name])
		}
	}
	if len(a) == 0 {
		return nil, 0
	}
	e := eval.Paired(a, b, p.resample, 1)
	return &e, len(a)
}

func madeCells(r *Report, p plan) {
	by := map[cellKey]*sums{}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		for _, task := range []string{"", o.Task} {
			k := cellKey{o.Arm, o.Rate, task}
			if by[k] == nil {
				by[k] = &sums{}
			}
			by[k].of = append(by[k].of, o)
		}
	}
	for _, a := range r.Arms {
		rates := p.rates
		if a.Fixed {
			rates = []float64{0}
		}
		for _, rate := range rates {
			for t := -1; t < len(r.Tasks); t++ {
				task := ""
				if t >= 0 {
					task = r.Tasks[t].Name
				}
				s := by[cellKey{a.Name, rate, task}]
				if s == nil {
					continue
				}
				r.Cells = append(r.Cells, madeCell(r, p, a, cellKey{a.Name, rate, task}, by))
			}
		}
	}
}

func madeCell(r *Report, p plan, a Arm, k cellKey, by map[cellKey]*sums) Cell {
	s := by[k]
	var kept []float64
	c := Cell{Arm: a.Name, Rate: k.rate, Task: k.task, Items: len(s.of), Values: map[string]Value{}, P50: 61.5, P95: 130}
	for _, o := range s.of {
		kept = append(kept, float64(o.Kept)/float64(o.Full))
		if o.Limit > 0 && o.Kept > o.Limit {
			c.OverBudget++
		}
	}
	c.KeptRate = eval.Bootstrap(kept, p.resample, 1)
	if a.Name == "longcodezip" && k.rate < 0.3 {
		c.Refused = 3
	}
	for _, m := range r.Measures {
		v, kept := s.values(m.Name)
		if len(v) == 0 {
			continue
		}
		w := Value{Items: len(v), Estimate: eval.Bootstrap(v, p.resample, 1), KeptRate: mean(kept)}
		w.Gain, w.GainItems = s.diff(by[cellKey{r.Against, k.rate, k.task}], m.Name, true, p)
		w.Loss, _ = s.diff(by[cellKey{"none", 0, k.task}], m.Name, false, p)
		c.Values[m.Name] = w
	}
	return c
}

// madeHurts finds cells whose intervals lie under those of the whole text or of bm25.
func madeHurts(r *Report) {
	x := newIndex(r)
	for _, c := range r.Cells {
		for _, than := range []string{"none", "bm25"} {
			for _, m := range r.Measures {
				v, ok := c.Values[m.Name]
				w, has := x.value(x.arms[than], c.Rate, c.Task, m.Name)
				if ok && has && c.Arm != than && v.High < w.Low {
					r.Hurts = append(r.Hurts, Hurt{Arm: c.Arm, Rate: c.Rate, Task: c.Task, Measure: m.Name, Than: than,
						By: eval.Estimate{Mean: v.Mean - w.Mean, Low: v.Low - w.High, High: v.High - w.Low}, Items: min(v.Items, w.Items), P: 0.001})
				}
			}
		}
	}
}

func madeExamples(r *Report) []Example {
	text := "The committee met on 14 March 1987 in Graz. It did not approve the budget of 4.2 million, because Dr. Amalia Roth had not signed. "
	text = strings.Repeat(text, 3) + "The winner was Ernő Rubik, announced by the mayor. " + strings.Repeat("Nothing else of note was said that day about the weather or the harvest. ", 120) + "At last the prize went to Ernő Rubik again."
	e := Example{ID: "hotpotqa-3", Task: "hotpotqa", Question: "Who won the prize?", Answers: []string{"Ernő Rubik"}, Text: text}
	for _, arm := range []string{"llmlingua2", "bm25", "llmlingua (python)"} {
		s := Shortened{Arm: arm, Rate: 0.33, Full: 1200, Kept: 396, Values: map[string]float64{"survival": 1, "must_keep": 0.71}}
		if arm == "llmlingua (python)" {
			s.Text = "committee met 14 March 1987 Graz. not approve budget 4.2 million"
		} else {
			at := 0
			for i, w := range strings.SplitAfter(text, " ") {
				if (i+len(arm))%3 != 0 {
					s.Spans = append(s.Spans, [2]int{at, at + len(w)})
				}
				at += len(w)
			}
		}
		if r.Reader != nil {
			s.Answer = "Ernő Rubik"
		}
		e.Shown = append(e.Shown, s)
	}
	rtl := "قال الوزير إن الميزانية لن تزيد. <b>not bold</b> </script><script>alert(1)</script> ثم غادر."
	return []Example{e, {ID: "rtl", Task: "qmsum", Question: "ماذا قال الوزير؟ </title><img src=x onerror=alert(1)>", Answers: []string{"لن تزيد"}, Text: rtl,
		Shown: []Shortened{{Arm: "llmlingua2", Rate: 0.5, Full: 30, Kept: 15, Spans: [][2]int{{0, 30}}, Values: map[string]float64{}}, {Arm: "head", Rate: 0.5, Full: 30, Spans: [][2]int{}, Values: map[string]float64{}}}}}
}
