package proxy

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pith-proxy/pith/service/proxy/ledger"
)

// What became of a prompt.
const (
	outcomeCompressed = "compressed"
	outcomeUnchanged  = "unchanged" // looked at; nothing to gain
	outcomeSkipped    = "skipped"   // not looked at
	outcomeDryRun     = "dry-run"
	outcomeError      = "error" // the compressor failed, or had no time
)

// report is what the client, the log and the metrics are told of one prompt. Nothing
// in it comes from the prompt's text.
type report struct {
	asked   bool // the client sent a header of pith's, so it is told also that nothing was done
	dryRun  bool
	off     bool
	skipped string // why nothing was looked at
	failed  bool

	looked        int // texts
	shortened     int
	before, after int            // tokens of the shortened ones
	methods       map[string]int // texts
	reasons       map[string]int // texts left as they are
	hits, misses  int
	ignored       []string // names of settings that make no sense

	tokenizer string // and whether it is the model's own
	took      time.Duration
}

func (r *report) add(e ledger.Entry) {
	if e.Texts == nil {
		if r.reasons == nil {
			r.reasons = map[string]int{}
		}
		r.reasons[e.Reason]++
		return
	}
	if r.methods == nil {
		r.methods = map[string]int{}
	}
	r.methods[e.Method]++
	if r.tokenizer != "" && r.tokenizer != e.Tokenizer {
		e.Tokenizer = "mixed;approx" // the conversation changed its model
	}
	r.tokenizer = e.Tokenizer
	r.shortened++
	r.before += e.Before
	r.after += e.After
}

func (r *report) outcome() string {
	switch {
	case r.off, r.skipped != "":
		return outcomeSkipped
	case r.dryRun:
		return outcomeDryRun
	case r.failed && r.shortened == 0:
		return outcomeError
	case r.shortened > 0:
		return outcomeCompressed
	}
	return outcomeUnchanged
}

// mostReasons bounds a header.
const mostReasons = 6

// reason lists why texts were left, the commonest first, and what was ignored.
func (r *report) reason() string {
	if r.off {
		return reasonOff
	}
	if r.skipped != "" {
		return r.skipped
	}
	names := sortedByCount(r.reasons)
	if r.looked == 0 {
		names = append(names, reasonNoText)
	}
	for _, n := range r.ignored {
		names = append(names, "ignored_"+n)
	}
	return strings.Join(names[:min(len(names), mostReasons)], ",")
}

func sortedByCount(m map[string]int) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		return strings.Compare(a, b)
	})
	return names
}

// write puts the report into the header of the answer.
func (r *report) write(h http.Header, id string) {
	if r.off && !r.asked {
		return
	}
	h.Set("X-Pith-Status", r.outcome())
	h.Set("X-Pith-Request-Id", id)
	if reason := r.reason(); reason != "" {
		h.Set("X-Pith-Reason", reason)
	}
	if r.looked > 0 {
		h.Set("X-Pith-Cache", fmt.Sprintf("hit=%d,miss=%d", r.hits, r.misses))
	}
	if r.shortened > 0 {
		h.Set("X-Pith-Tokens-Before", strconv.Itoa(r.before))
		h.Set("X-Pith-Tokens-After", strconv.Itoa(r.after))
		h.Set("X-Pith-Tokens-Saved", strconv.Itoa(r.before-r.after))
		h.Set("X-Pith-Tokenizer", r.tokenizer)
		var methods []string
		for _, m := range sortedByCount(r.methods) {
			methods = append(methods, m+"="+strconv.Itoa(r.methods[m]))
		}
		h.Set("X-Pith-Methods", strings.Join(methods, ","))
	}
	ms := float64(r.took.Microseconds()) / 1000
	h.Set("X-Pith-Latency-Ms", strconv.FormatFloat(ms, 'f', -1, 64))
	h.Add("Server-Timing", "pith;dur="+strconv.FormatFloat(ms, 'f', -1, 64))
}
