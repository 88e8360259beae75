package suite

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/pith-proxy/pith/eval"
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
	return errors.Join(o.checkSet(), o.checkArms(), o.checkRates(), o.checkMeasures())
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
