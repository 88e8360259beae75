package suite

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
)

// score is the measure's name of a reader's answers.
const score = "score"

// prepare sets what was left out, and reports every mistake at once.
func (o *Options) prepare() error {
	if o.Concurrency <= 0 {
		o.Concurrency = 4
	}
	if o.Resamples <= 0 {
		o.Resamples = eval.DefaultResamples
	}
	if o.Reuse <= 0 {
		o.Reuse = 10
	}
	o.Rates = slices.Clone(o.Rates)
	slices.SortFunc(o.Rates, func(a, b float64) int { return cmp.Compare(b, a) })
	o.Rates = slices.Compact(o.Rates)
	if o.Against == "" && len(o.Arms) > 0 {
		o.Against = o.Arms[0].Name()
	}
	return errors.Join(o.checkSet(), o.checkArms(), o.checkRates(), o.checkMeasures(), o.checkScores())
}

// fewItems is how many items an error names.
const fewItems = 3

// checkScores tries each item's metric on an answer without a word, so that nothing is paid
// for an answer that could not be scored.
func (o *Options) checkScores() error {
	if o.Score == nil || o.Reader == nil {
		return nil
	}
	var errs []error
	n := 0
	for _, it := range o.Set.Items {
		t, ok := o.Set.Task(it.Dataset)
		if !ok || t.Metric == "" || !o.taken(t) {
			continue
		}
		v, err := o.Score(t.Metric, "", it.Answers, it.Classes)
		if err == nil {
			err = finite(v)
		}
		if err == nil {
			continue
		}
		if n++; n <= fewItems {
			errs = append(errs, fmt.Errorf("item %s of task %s: metric %s: %w", it.ID, t.Name, t.Metric, err))
		}
	}
	if n > fewItems {
		errs = append(errs, fmt.Errorf("and %d more items whose answers could not be scored", n-fewItems))
	}
	return errors.Join(errs...)
}

// taken reports whether some arm takes a task.
func (o *Options) taken(t dataset.Task) bool {
	return slices.ContainsFunc(o.Arms, func(a Arm) bool { return a.Takes == nil || a.Takes(t) })
}

func (o *Options) checkSet() error {
	var errs []error
	if len(o.Set.Items) == 0 {
		errs = append(errs, errors.New("the set has no items"))
	}
	if o.Counter == nil {
		errs = append(errs, errors.New("no counter says what a token is"))
	}
	unknown := map[string]bool{}
	for _, it := range o.Set.Items {
		if _, ok := o.Set.Task(it.Dataset); !ok && !unknown[it.Dataset] {
			unknown[it.Dataset] = true
			errs = append(errs, fmt.Errorf("items are of task %q, which the set does not have", it.Dataset))
		}
	}
	return errors.Join(errs...)
}

func (o *Options) checkArms() error {
	if len(o.Arms) == 0 {
		return errors.New("no arms")
	}
	var errs []error
	names := map[string]bool{}
	for _, a := range o.Arms {
		if names[a.Name()] {
			errs = append(errs, fmt.Errorf("two arms are called %s", a.Name()))
		}
		names[a.Name()] = true
		if a.Name() == "" {
			errs = append(errs, errors.New("an arm has no name"))
		}
		if a.Reader != nil && o.Reader == nil {
			errs = append(errs, fmt.Errorf("arm %s reads for itself, so that the other arms need a reader too", a.Name()))
		}
	}
	if !names[o.Against] {
		errs = append(errs, fmt.Errorf("no arm is called %s, which gains are to be over", o.Against))
	}
	return errors.Join(errs...)
}

func (o *Options) checkRates() error {
	var errs []error
	for _, r := range o.Rates {
		if !(r > 0 && r < 1) {
			errs = append(errs, fmt.Errorf("rate must be in (0, 1); got %v", r))
		}
	}
	if len(o.Rates) == 0 && slices.ContainsFunc(o.Arms, func(a Arm) bool { return !a.Fixed }) {
		errs = append(errs, errors.New("no rates"))
	}
	return errors.Join(errs...)
}

func (o *Options) checkMeasures() error {
	var errs []error
	names := map[string]bool{score: true, "": true}
	for _, m := range o.Measures {
		if names[m.Name()] {
			errs = append(errs, fmt.Errorf("the measure's name %q is taken or empty", m.Name()))
		}
		names[m.Name()] = true
	}
	if o.Reader != nil && o.Score == nil {
		errs = append(errs, errors.New("there is a reader, but nothing to score its answers"))
	}
	return errors.Join(errs...)
}
