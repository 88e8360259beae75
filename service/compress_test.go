package service

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

func TestCompress(t *testing.T) {
	s := newTest(t, fake{})
	body := `{"contexts":[{"id":"a","text":"one two three four","rate":0.25}, "five six <b>", {"id":"c","text":"  seven\n","locked":true}], "rate":0.5}`
	w := post(s, "/v1/compress", body)
	c := decodeAs[api.Compression](t, w, http.StatusOK, "Compression")
	if want := "one\n\nfive six\n\n  seven\n"; c.Output != want {
		t.Errorf("output %q, want %q", c.Output, want)
	}
	if want := (api.Usage{InputTokens: 8, OutputTokens: 4, SavedTokens: 4, KeptRatio: 0.5}); c.Usage != want {
		t.Errorf("usage %+v, want %+v", c.Usage, want)
	}
	if c.Results[0].ID != "a" || c.Results[1].ID != "" || c.Results[2].Index != 2 {
		t.Errorf("results %+v", c.Results)
	}
	if c.Results[2].Status != api.ResultUnchanged || c.Results[2].Score != nil || c.Results[0].Spans != nil {
		t.Errorf("results %+v", c.Results)
	}
	if got := w.Header().Get("X-Pith-Status"); got != "compressed" {
		t.Errorf("X-Pith-Status %q", got)
	}
	if c.Method != "llmlingua2" || c.Models[0] != "tiny" || c.Tokenizer.Name != "words" || c.Tokenizer.Exact {
		t.Errorf("%+v", c)
	}
}

// Every member of the request reaches the compressor.
func TestEveryMemberArrives(t *testing.T) {
	var got pith.Request
	s := newTest(t, fake{compress: func(ctx context.Context, req pith.Request) (pith.Result, error) {
		got = req
		return keepFirst(ctx, req)
	}})
	body := `{"contexts":[{"id":"i","text":"t","language":"de","rate":1,"method":"none","locked":true},{"text":"u","threshold":0.5},{"text":"v","target_tokens":2000000},
		{"id":"src/a.cc","text":"int a;","kind":"code","language":"c++"}],
		"question":"q","instruction":"n","method":"llmlingua2","profile":"service","compressor_model":"pith-small","target_tokens":7,
		"budget":"hard","scope":"global","top_n":3,"min_score":0.5,
		"preserve":{"classes":[],"literals":["L"],"patterns":["a+"]},"force_tokens":["\n","?"],
		"drop_consecutive":true,"reserve_digits":true,"model":"gpt-4o","return":["spans","labels","scores","chunks"],
		"code":{"rank_only":true,"keep":["Box.size","P::new"],"marks":"range"},
		"offset_unit":"utf16","cache":"off","deadline_ms":1000,"on_error":"fail"}`
	decodeAs[api.Compression](t, post(s, "/v1/compress", body), 200, "Compression")
	re := got.Options.Preserve.Patterns
	if len(re) != 1 || re[0].String() != "a+" {
		t.Errorf("patterns %v", re)
	}
	if p := got.Options.Preserve; p.Classes == nil || len(p.Classes) != 0 || p.Literals[0] != "L" {
		t.Errorf("preserve %+v", p)
	}
	want := pith.Context{ID: "i", Text: "t", Language: "de", Budget: pith.Budget{Rate: 1}, Method: "none", Locked: true}
	if got.Contexts[0] != want || got.Contexts[1].Budget.Threshold != 0.5 || got.Contexts[2].Budget.TargetTokens != 2_000_000 {
		t.Errorf("contexts %+v", got.Contexts)
	}
	if c := got.Contexts[3]; c != (pith.Context{ID: "src/a.cc", Text: "int a;", Kind: pith.KindCode, Language: "c++"}) {
		t.Errorf("context of code %+v", c)
	}
	o := got.Options
	if want := (pith.CodeOptions{RankOnly: true, Keep: []string{"Box.size", "P::new"}, Marks: pith.MarksRange}); !reflect.DeepEqual(o.Code, want) || !o.ReturnChunks {
		t.Errorf("code %+v, chunks %v", o.Code, o.ReturnChunks)
	}
	if got.Question != "q" || got.Instruction != "n" || got.Method != "llmlingua2" || got.Profile != pith.ProfileService || got.Model != "pith-small" ||
		got.Budget != (pith.Budget{TargetTokens: 7}) || o.Strictness != pith.Hard || o.Scope != pith.ScopeGlobal ||
		o.TopN != 3 || o.MinScore != 0.5 || strings.Join(o.ForceTokens, "") != "\n?" || !o.DropConsecutive ||
		!o.ReserveDigits || o.Tokenizer != "gpt-4o" || !o.ReturnSpans || !o.ReturnLabels {
		t.Errorf("request %+v", got)
	}
}

func TestReturnAndOffsets(t *testing.T) {
	s := newTest(t, fake{})
	text := "naïve 🙂 text here"
	tests := []struct {
		unit  string
		end   int // of "naïve 🙂"
		label [2]int
	}{
		{"byte", 11, [2]int{7, 11}},
		{"utf16", 8, [2]int{6, 8}},
		{"codepoint", 7, [2]int{6, 7}},
	}
	for _, tt := range tests {
		t.Run(tt.unit, func(t *testing.T) {
			w := post(s, "/v1/compress", `{"input":"`+text+`","rate":0.5,"return":["spans","labels","scores"],"offset_unit":"`+tt.unit+`"}`)
			r := decodeAs[api.Compression](t, w, 200, "Compression").Results[0]
			if len(*r.Spans) != 1 || (*r.Spans)[0] != [2]int{0, tt.end} {
				t.Errorf("spans %v, want end %d", *r.Spans, tt.end)
			}
			l := (*r.Labels)[1]
			if l.W != "🙂" || [2]int{*l.Start, *l.End} != tt.label || *l.P != 0.5 || !l.Keep {
				t.Errorf("label %+v, want %v", l, tt.label)
			}
			if r.Score == nil || *r.Score != 0.25 {
				t.Errorf("score %v", r.Score)
			}
		})
	}
}

// Parts of code come with what became of them, on request, in the caller's offsets.
func TestReturnChunks(t *testing.T) {
	score := -0.5
	s := newTest(t, fake{compress: func(_ context.Context, req pith.Request) (pith.Result, error) {
		return pith.Result{Method: "longcodezip", Version: "test", Contexts: []pith.ContextResult{
			{Text: "ä = 1\n# 2 lines\n", Status: pith.StatusCompressed, InputTokens: 9, OutputTokens: 4, Chunks: []pith.Chunk{
				{Span: pith.Span{Start: 0, End: 7}, Kind: "preamble", Action: pith.ActionFull, Lines: [][2]int{{1, 1}}, Tokens: 3},
				{Span: pith.Span{Start: 7, End: len(req.Contexts[0].Text)}, Name: "Box.size", Kind: "definition", Action: pith.ActionOmitted, Tokens: 6, Score: &score},
			}},
			{Text: "a b", Status: pith.StatusUnchanged, InputTokens: 2, OutputTokens: 2},
		}}, nil
	}})
	body := func(more string) string {
		return `{"contexts":[{"text":"ä = 1\ndef ü(): ...\n","kind":"code"},"a b"],"method":"longcodezip"` + more + `}`
	}
	c := decodeAs[api.Compression](t, post(s, "/v1/compress", body(`,"return":["chunks"],"offset_unit":"codepoint"`)), 200, "Compression")
	want := []api.Chunk{
		{Kind: "preamble", Action: api.ActionFull, End: 6, Lines: []api.Lines{{1, 1}}, Tokens: 3},
		{Name: "Box.size", Kind: "definition", Action: api.ActionOmitted, Start: 6, End: 19, Lines: []api.Lines{}, Tokens: 6, Score: &score},
	}
	if got := c.Results[0].Chunks; got == nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := c.Results[1].Chunks; got != nil {
		t.Errorf("a text that was not divided has chunks: %+v", got)
	}
	c = decodeAs[api.Compression](t, post(s, "/v1/compress", body("")), 200, "Compression")
	if got := c.Results[0].Chunks; got != nil {
		t.Errorf("chunks that nobody asked for: %+v", got)
	}
}

// A compressor that makes things worse is not listened to.
func TestTidy(t *testing.T) {
	tests := []struct {
		name   string
		result pith.ContextResult
		locked bool
		status string // X-Pith-Status
	}{
		{"longer", pith.ContextResult{Text: "a b c d", Status: pith.StatusCompressed, InputTokens: 3, OutputTokens: 4}, false, "unchanged"},
		{"not_utf8", pith.ContextResult{Text: "a\xff", Status: pith.StatusCompressed, InputTokens: 3, OutputTokens: 1}, false, "unchanged"},
		{"locked_changed", pith.ContextResult{Text: "a", Status: pith.StatusCompressed, InputTokens: 3, OutputTokens: 1}, true, "error"},
		{"locked_dropped", pith.ContextResult{Status: pith.StatusDropped, InputTokens: 3}, true, "error"},
		{"unchanged_changed", pith.ContextResult{Text: "a", Status: pith.StatusUnchanged, InputTokens: 3, OutputTokens: 1}, false, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newTest(t, fake{compress: func(context.Context, pith.Request) (pith.Result, error) {
				tt.result.Chunks = []pith.Chunk{{Action: pith.ActionOmitted}}
				return pith.Result{Contexts: []pith.ContextResult{tt.result}}, nil
			}})
			body := `{"contexts":[{"text":"a b c"}],"return":["spans","chunks"]}`
			if tt.locked {
				body = `{"contexts":[{"text":"a b c","locked":true}],"return":["spans","chunks"]}`
			}
			w := post(s, "/v1/compress", body)
			c := decodeAs[api.Compression](t, w, 200, "Compression")
			if got := w.Header().Get("X-Pith-Status"); c.Output != "a b c" || got != tt.status {
				t.Errorf("output %q status %q, want the source and %q", c.Output, got, tt.status)
			}
			if (*c.Results[0].Spans)[0] != [2]int{0, 5} || c.Usage.SavedTokens != 0 || c.Results[0].Chunks != nil {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestDropped(t *testing.T) {
	s := newTest(t, fake{compress: func(context.Context, pith.Request) (pith.Result, error) {
		return pith.Result{Contexts: []pith.ContextResult{
			{Text: "a", Status: pith.StatusCompressed, InputTokens: 2, OutputTokens: 1},
			{Status: pith.StatusDropped, InputTokens: 2},
			{Text: "e f", Status: pith.StatusUnchanged, InputTokens: 2, OutputTokens: 2},
		}}, nil
	}})
	c := decodeAs[api.Compression](t, post(s, "/v1/compress", `{"contexts":["a b","c d","e f"],"question":"q"}`), 200, "Compression")
	if c.Output != "a\n\ne f" || !c.Results[1].Dropped || c.Usage.OutputTokens != 3 {
		t.Errorf("%+v", c)
	}
}

func TestEmptyText(t *testing.T) {
	s := newTest(t, fake{})
	w := post(s, "/v1/compress", `{"input":""}`)
	c := decodeAs[api.Compression](t, w, 200, "Compression")
	if c.Usage.KeptRatio != 1 || w.Header().Get("X-Pith-Status") != "unchanged" {
		t.Errorf("%+v", c)
	}
}

func TestCount(t *testing.T) {
	s := newTest(t, fake{})
	c := decodeAs[api.Count](t, post(s, "/v1/count", `{"texts":["a b","","c"],"model":"gpt-4o"}`), 200, "Count")
	if c.TotalTokens != 3 || c.Results[0].Tokens != 2 || c.Results[2].Index != 2 {
		t.Errorf("%+v", c)
	}
	c = decodeAs[api.Count](t, post(s, "/v1/count", `{"input":"a b c d"}`), 200, "Count")
	if c.TotalTokens != 4 {
		t.Errorf("%+v", c)
	}
	wantError(t, post(s, "/v1/count", `{"input":"a","model":"unknown-model"}`), 400, pith.CodeInvalid, "/model")
}

func TestCompressors(t *testing.T) {
	s := newTest(t, fake{})
	w := do(s, get("/v1/compressors"))
	l := decodeAs[api.CompressorList](t, w, 200, "CompressorList")
	if len(l.Data) != 1 || l.Data[0].ID != "llmlingua2" || l.Data[0].MaxTokens != 2_000_000 {
		t.Errorf("%+v", l)
	}
}

func TestReady(t *testing.T) {
	ready := false
	s := newTest(t, fake{}, func(o *Options) { o.Ready = func() bool { return ready } })
	w := do(s, get("/readyz"))
	if h := decodeAs[api.Health](t, w, 503, "Health"); h.Status != api.HealthStarting || w.Header().Get("Retry-After") == "" {
		t.Errorf("%+v %v", h, w.Header())
	}
	decodeAs[api.Health](t, do(s, get("/healthz")), 200, "Health")
	ready = true
	decodeAs[api.Health](t, do(s, get("/readyz")), 200, "Health")
	s.draining.Store(true)
	if h := decodeAs[api.Health](t, do(s, get("/readyz")), 503, "Health"); h.Status != api.HealthDraining {
		t.Errorf("%+v", h)
	}
}
