// Package suite runs an evaluation: every item of a set, by every arm and at every rate,
// through every measure and, if there is one, a reader. Each result is in a journal on
// disk before it counts, so that a run that was killed goes on where it was.
//
//	r, err := suite.Run(ctx, suite.Options{Set: *set, Arms: arms, Rates: []float64{0.5, 0.33},
//		Counter: counter, Measures: measures, Dir: "out/"})
//
// Equal sets, arms, seeds and readers give equal reports, but for timings (see [Strip]),
// however many processors there are and however often the run was stopped.
package suite

import (
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/eval/measure"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/tokenize"
)

// Arm is an arm of a run, with what the run must know of it.
type Arm struct {
	eval.Arm
	About    string
	Kind     string // pith, baseline, peer, none
	Fixed    bool   // has a rate of its own: it runs once, with a limit of all units
	Question bool   // what it keeps depends on the question

	// State names everything that its results depend on beside item and limit: version,
	// models, options. Results under another state are not taken from disk.
	State string

	// Takes says which tasks it is for; nil means all.
	Takes func(dataset.Task) bool

	// Reader reads raw prompts for this arm instead of the run's reader, and shortens
	// them on the way, as a proxy in front of a vendor does. Arm is then [eval.Full]. It is
	// called once a rate, with 0 if the arm is Fixed.
	Reader func(rate float64) reader.Reader
}

// Options say what a run does. Zero values work unless a comment says otherwise.
type Options struct {
	Set      dataset.Set
	Arms     []Arm     // at least one; names differ
	Rates    []float64 // each in (0, 1)
	Counter  tokenize.Counter
	Measures []measure.Measure

	// Reader answers prompts, at most Concurrency at a time; nil asks nobody. Score
	// scores an answer by a metric's name; it is tried on an empty answer of each item
	// before anything is asked. Answers that were read under another name of
	// the reader are not taken from disk, nor under other settings if it has a method
	// Settings() string that tells them.
	Reader      reader.Reader
	Concurrency int // default 4
	Score       func(metric, prediction string, answers, classes []string) (float64, error)

	Against   string // the arm that gains are over; default: the first
	Resamples int    // default eval.DefaultResamples
	Seed      uint64

	Dir      string // of the journal; "" keeps none
	Examples int    // items shown in full; 0 for none
	Answers  bool   // put readers' answers into outcomes and examples

	Vendors economics.Table
	Reuse   int     // how often a context is asked in [report.Economy.Cached]; default 10
	Input   float64 // dollars for a million prompt tokens; 0: no dollars in the report
	Output  float64 // dollars for a million completion tokens

	Version, Through string   // for the report
	Notes            []string // likewise

	// Progress is called after each result, also those that were on disk, one call at a
	// time.
	Progress func(done, total int)
}
