package longcodezip

import (
	"context"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// Source is a scorer that is opened on first need.
type Source struct {
	Name   string // as a request asks for it
	Digest string // of everything that its results depend on; "" if the name says all

	// Lexical says that it needs no model, and that the chunks of a call are the
	// collection that its gains are about. The first such source stands in for one that
	// fails.
	Lexical bool

	// Open opens it. Its context has the values of the request's that wanted it, and no
	// end: others may wait for the scorer when that request is over.
	Open func(context.Context) (Scorer, error)
}

// Options of a compressor. The defaults are the authors' where they give one.
type Options struct {
	// Scorers, in order of preference; the first serves requests that name none.
	Scorers []Source

	// Failed is told, once a try and from any goroutine, why a scorer did not open. Errors quote
	// no request. Default: nobody.
	Failed func(scorer string, err error)

	// Counter returns the counter of a target model or tokenizer.
	// Default: tokenize.CounterFor.
	Counter func(name string) (tokenize.Counter, error)

	// Prefilter ranks the chunks first where there are more than MaxScored, or more than
	// MaxScoredBytes of them, of which a model then reads only the best. Default: the model
	// reads those that come first. Without a query a context of more is ranked without the
	// model.
	Prefilter      Scorer
	MaxScored      int // default 256
	MaxScoredBytes int // default 150,000

	// Fine is the share of what the coarse stage takes that the fine stage leaves, in
	// (0, 1]; R_fine of the paper. Default 0.8.
	Fine float64

	// Beta says how much the budget of a function depends on its gain, in [0, 1]; 0 is
	// the default, 0.5, and a negative one not at all.
	Beta float64

	// Alpha is how many standard deviations a line must be more surprising than one of its
	// neighbours to begin a block. Default 1.
	Alpha float64

	MinLines       int // functions of fewer lines are kept or left out whole; default 5
	MaxLeafTokens  int // longer functions are ranked in parts; default 1500
	MaxQueryTokens int // a longer query is scored by its head and tail; default 256

	// Skeletons is the share of a budget for signatures of functions that are left out,
	// Outline that share where there is no query, and Preambles the most that imports and
	// other beginnings of files take. Defaults 0.1, 0.5 and 0.25; negative is none.
	Skeletons, Outline, Preambles float64
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Counter == nil {
		o.Counter = tokenize.CounterFor
	}
	orInt(&o.MaxScored, 256)
	orInt(&o.MaxScoredBytes, 150_000)
	orInt(&o.MinLines, 5)
	orInt(&o.MaxLeafTokens, 1500)
	orInt(&o.MaxQueryTokens, 256)
	orShare(&o.Fine, 0.8)
	orShare(&o.Beta, 0.5)
	orShare(&o.Alpha, 1)
	orShare(&o.Skeletons, 0.1)
	orShare(&o.Outline, 0.5)
	orShare(&o.Preambles, 0.25)
	return o
}

func orInt(n *int, def int) {
	if *n <= 0 {
		*n = def
	}
}

// orShare takes 0 for the default and a negative number for 0.
func orShare(x *float64, def float64) {
	switch {
	case *x == 0:
		*x = def
	case !(*x > 0):
		*x = 0
	}
}

// check refuses what asks for something that this method does not do.
func check(req *pith.Request) error {
	if err := req.Validate(); err != nil {
		return err
	}
	o := &req.Options
	for _, m := range []struct {
		param string
		set   bool
		msg   string
	}{
		{"/profile", req.Profile == pith.ProfileCompat, "method longcodezip has no compat profile; leave it out"},
		{"/threshold", req.Budget.Threshold != 0, thresholdMsg},
		{"/force_tokens", len(o.ForceTokens) > 0, "method longcodezip keeps functions, not words; name them in code.keep, or send preserve.literals"},
		{"/reserve_digits", o.ReserveDigits, "method longcodezip keeps functions, not words; leave reserve_digits out"},
		{"/return", o.ReturnLabels, "method longcodezip has no verdict on words; ask for chunks"},
	} {
		if m.set {
			return pith.Invalid(m.param, "%s", m.msg)
		}
	}
	for i := range req.Contexts {
		if req.Contexts[i].Budget.Threshold != 0 {
			return pith.Invalid(pointer(i, "threshold"), thresholdMsg)
		}
	}
	return nil
}

const thresholdMsg = "threshold is a keep probability of words, which method longcodezip has not; send rate or target_tokens"
