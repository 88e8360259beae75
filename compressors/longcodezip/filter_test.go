package longcodezip

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

// staying are the ids of the contexts that are not dropped.
func staying(res pith.Result) []string {
	var ids []string
	for _, out := range res.Contexts {
		if out.Status != pith.StatusDropped {
			ids = append(ids, out.ID)
		}
	}
	return ids
}

// oneEach is a request over several files of a function each.
func oneEach(names ...string) pith.Request {
	req := pith.Request{Question: "x", Budget: pith.Budget{Rate: 1}}
	for _, n := range names {
		req.Contexts = append(req.Contexts, pith.Context{ID: n, Text: pith.Text("package p\n\n" + function(n, 5))})
	}
	return req
}

// Of contexts that no model has read those rank first that the prefilter puts first, and
// all of them behind what was read.
func TestFilterOfUnread(t *testing.T) {
	pre := telling("stepBeta=9", "stepDelta=8", "stepAlpha=3", "stepGamma=4")
	c := newFake(t, telling("stepDelta=2"), func(o *Options) { o.MaxScored, o.Prefilter = 2, pre })
	for n, want := range [][]string{1: {"Delta"}, 2: {"Beta", "Delta"}, 3: {"Beta", "Gamma", "Delta"}} {
		if n == 0 {
			continue
		}
		req := oneEach("Alpha", "Beta", "Gamma", "Delta")
		req.Options.TopN = n
		if got := staying(compressed(t, c, req)); !slices.Equal(got, want) {
			t.Errorf("top %d: %v, want %v", n, got, want)
		}
	}
	req := oneEach("Alpha", "Beta", "Gamma", "Delta")
	req.Options.MinScore = 1
	if got := staying(compressed(t, c, req)); !slices.Equal(got, []string{"Delta"}) {
		t.Errorf("above a score: %v", got)
	}
}

// A context of which something must stay is not dropped.
func TestFilterKeepsWhatMust(t *testing.T) {
	c := newFake(t, telling("stepAlpha=9", "stepBeta=1"))
	for name, change := range map[string]func(*pith.Options){
		"name":    func(o *pith.Options) { o.Code.Keep = []string{"Beta"} },
		"literal": func(o *pith.Options) { o.Preserve.Literals = []string{"stepBeta(a+3"} },
		"pattern": func(o *pith.Options) { o.Preserve.Patterns = []*regexp.Regexp{regexp.MustCompile(`stepBet\w`)} },
	} {
		req := oneEach("Alpha", "Beta", "Gamma")
		req.Options.TopN = 1
		change(&req.Options)
		if got := staying(compressed(t, c, req)); !slices.Equal(got, []string{"Alpha", "Beta"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A name that nothing has is told, once for all files.
func TestKeptNameIsMissing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		keep   []string
		change func(*pith.Request)
		want   string // of the name that is missed
	}{
		{"there", []string{"Alpha", "B*"}, nil, ""},
		{"missing", []string{"Alpha", "Omega"}, nil, "Omega"},
		{"inside_of_another", []string{"Box", "Box.size", "size"}, func(r *pith.Request) { r.Contexts[0] = pith.Context{ID: "b.py", Text: goldenPython} }, ""},
		{"in_what_stays", []string{"Gamma"}, func(r *pith.Request) { r.Contexts[2].Locked = true }, ""},
		{"not_even_in_what_stays", []string{"Omega"}, func(r *pith.Request) { r.Contexts[2].Locked = true }, "Omega"},
		{"glob_of_anything", []string{"*"}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := oneEach("Alpha", "Beta", "Gamma")
			req.Budget.Rate = 0.5
			req.Options.Code.Keep, req.Options.Strictness = tt.keep, pith.Soft
			if tt.change != nil {
				tt.change(&req)
			}
			warnings := slices.DeleteFunc(compressed(t, newFake(t, &fakeScorer{}), req).Warnings, func(w string) bool { return !strings.HasPrefix(w, "code.keep") })
			if want := fmt.Sprintf("code.keep: nothing is named %q", tt.want); tt.want == "" && len(warnings) > 0 || tt.want != "" && !slices.Equal(warnings, []string{want}) {
				t.Errorf("got %q", warnings)
			}
		})
	}
}
