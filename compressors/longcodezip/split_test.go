package longcodezip

import (
	"context"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

// Without a question a target over several files leaves the short ones something, and fails
// only if nothing of any file fits.
func TestSplitTarget(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	small := pith.Context{ID: "s.go", Text: "package p\n\n// Limit is how many of the customers are served in one go, at the very most.\nvar Limit = 3\n"}
	large := pith.Context{ID: "l.go", Text: pith.Text(program(function("Large", 60), function("Other", 60)))}
	wide := pith.Context{ID: "w.go", Text: pith.Text("package p\n\nfunc Wide(" + strings.Repeat("a, b, c, d int, ", 60) + ") {\n" + strings.Repeat("\tuse(a)\n", 40) + "}\n")}
	for _, tt := range []struct {
		name     string
		contexts []pith.Context
		target   int
		stays    []string
	}{
		{"small_file_beside_a_large_one", []pith.Context{large, small}, 300, []string{"l.go", "s.go"}},
		{"one_does_not_fit", []pith.Context{wide, large, small}, 300, []string{"l.go", "s.go"}},
		{"only_the_first_fits", []pith.Context{large, wide, wide, wide}, 60, []string{"l.go"}},
		{"nothing_fits", []pith.Context{wide, wide}, 90, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := pith.Request{Contexts: tt.contexts, Budget: pith.Budget{TargetTokens: tt.target}}
			res, err := c.Compress(context.Background(), req)
			if tt.stays == nil {
				if pith.CodeOf(err) != pith.CodeBudgetUnreachable || !strings.Contains(err.Error(), "the budget is 90 tokens, but the smallest part of this code takes ") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, n := staying(res), 0
			for _, out := range res.Contexts {
				n += out.OutputTokens
				if gone := out.Status == pith.StatusDropped; gone != (len(out.Warnings) == 1) {
					t.Errorf("%s is %s with warnings %q", out.ID, out.Status, out.Warnings)
				}
			}
			if strings.Join(got, " ") != strings.Join(tt.stays, " ") || n > tt.target {
				t.Errorf("%d tokens of %q, want %q", n, got, tt.stays)
			}
			if last := res.Contexts[len(res.Contexts)-1]; last.ID == "s.go" && last.Text != small.Text {
				t.Errorf("of the small one is left\n%s", last.Text)
			}
		})
	}
}

// What the request itself keeps is not dropped for want of room.
func TestSplitTargetKeeps(t *testing.T) {
	req := oneEach("Alpha", "Beta")
	req.Question, req.Budget = "", pith.Budget{TargetTokens: 70}
	req.Options.Code.Keep = []string{"Beta"}
	_, err := newFake(t, &fakeScorer{}).Compress(context.Background(), req)
	if pith.CodeOf(err) != pith.CodeBudgetUnreachable || !strings.Contains(err.Error(), "the budget is 70 tokens, but what must stay takes ") {
		t.Errorf("got %v", err)
	}
}

// A minimum beyond a soft budget that saves little is not worth its marks.
func TestSoftMinimumThatSavesLittle(t *testing.T) {
	req := oneFile("a.go", "package p\n\nvar list = []string{\n"+strings.Repeat("\t\"an entry of the list\",\n", 60)+"}\n\n"+function("F", 2), "x", pith.Budget{Rate: 0.5})
	req.Options.Preserve.Literals = []string{"an entry of the list"}
	out := compressed(t, newFake(t, &fakeScorer{}), req).Contexts[0]
	if out.Status != pith.StatusUnchanged || out.OutputTokens != out.InputTokens || len(out.Warnings) != 1 {
		t.Errorf("%s, %d of %d, %q", out.Status, out.OutputTokens, out.InputTokens, out.Warnings)
	}
}

// Of a single file of which nothing is chosen its beginning stays, not only a mark.
func TestOnlyPreamble(t *testing.T) {
	imports := "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n"
	text := "Look:\n\n```go\n" + imports + "\nconst (\n" + strings.Repeat("\tName, Other = 1, 2\n", 200) + ")\n```\n"
	for target, stays := range map[int]bool{120: true, 18: false} {
		out := compressed(t, newFake(t, &fakeScorer{}), oneFile("", text, "what is it", pith.Budget{TargetTokens: target})).Contexts[0]
		if strings.Contains(string(out.Text), imports) != stays || !strings.Contains(string(out.Text), "omitted)") {
			t.Errorf("%d tokens: got\n%s", target, out.Text)
		}
	}
}
