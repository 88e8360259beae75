package service

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// decoded answers in the compat profile: another text, and labels without places.
var decoded = fake{compress: func(_ context.Context, req pith.Request) (pith.Result, error) {
	res := pith.Result{Method: "llmlingua2", Version: "compat"}
	for range req.Contexts {
		out := pith.ContextResult{Text: "kept", Status: pith.StatusCompressed, InputTokens: 2, OutputTokens: 1}
		if req.Options.ReturnLabels {
			out.Labels = []pith.Label{{Word: "kept", Keep: true}, {Word: ""}}
		}
		res.Contexts = append(res.Contexts, out)
	}
	return res, nil
}}

func TestCompatProfile(t *testing.T) {
	var got pith.Request
	s := newTest(t, fake{compress: func(ctx context.Context, req pith.Request) (pith.Result, error) {
		got = req
		return decoded.compress(ctx, req)
	}})
	w := post(s, "/v1/compress", `{"input":"KEPT it","profile":"compat","rate":0.5,"return":["labels"],"offset_unit":"utf16","tokenizer":"cl100k_base"}`)
	c := decodeAs[api.Compression](t, w, http.StatusOK, "Compression")
	if c.Output != "kept" || got.Profile != pith.ProfileCompat {
		t.Errorf("output %q for %+v", c.Output, got)
	}
	labels := *c.Results[0].Labels
	if len(labels) != 2 || labels[0].W != "kept" || !labels[0].Keep || labels[1].W != "" {
		t.Errorf("labels %+v", labels)
	}
	for _, member := range []string{`"start"`, `"end"`, `"p"`, `"spans"`, `"score"`} {
		if strings.Contains(w.Body.String(), member) {
			t.Errorf("the compat profile knows no %s: %s", member, w.Body)
		}
	}
}

func TestCompatProfileRefuses(t *testing.T) {
	s := newTest(t, decoded)
	for _, tt := range []struct{ members, param, message string }{
		{`"question":"q"`, "/question", "question has no meaning in the compat profile"},
		{`"instruction":"i"`, "/instruction", "instruction has no meaning"},
		{`"threshold":0.5`, "/threshold", "threshold has no meaning"},
		{`"budget":"hard"`, "/budget", "budget has no meaning"},
		{`"scope":"chunk"`, "/scope", "scope has no meaning"},
		{`"top_n":1`, "/top_n", "top_n has no meaning"},
		{`"min_score":0.5`, "/min_score", "min_score has no meaning"},
		{`"preserve":{"classes":["code"]}`, "/preserve", "preserve has no meaning"},
		{`"return":["spans"]`, "/return", "no spans"},
		{`"return":["scores"]`, "/return", "no scores"},
		{`"contexts":["a",{"text":"b","rate":0.5}]`, "/contexts/1/rate", "a context's own rate"},
		{`"contexts":[{"text":"b","language":"en"}]`, "/contexts/0/language", "a context's own language"},
	} {
		t.Run(tt.param, func(t *testing.T) {
			body := `{"profile":"compat",` + tt.members
			if !strings.Contains(body, `"contexts"`) {
				body += `,"input":"a"`
			}
			msg := wantError(t, post(s, "/v1/compress", body+"}"), http.StatusBadRequest, pith.CodeInvalid, tt.param)
			if !strings.Contains(msg, tt.message) {
				t.Errorf("message %q, want %q in it", msg, tt.message)
			}
		})
	}
	msg := wantError(t, post(s, "/v1/compress", `{"input":"a","profile":"exact"}`), http.StatusBadRequest, pith.CodeInvalid, "/profile")
	if !strings.Contains(msg, "service, compat") {
		t.Errorf("message %q", msg)
	}
}

// In the compat profile contexts depend on each other, so a stream must not
// compress them one by one.
func TestCompatProfileStreamsTogether(t *testing.T) {
	calls := 0
	s := newTest(t, fake{compress: func(ctx context.Context, req pith.Request) (pith.Result, error) {
		calls++
		return decoded.compress(ctx, req)
	}})
	w := post(s, "/v1/compress", `{"contexts":["a b","c d","e f"],"profile":"compat"}`, "Accept", typeNDJSON)
	if lines := strings.Count(w.Body.String(), "\n"); w.Code != http.StatusOK || lines != 4 || calls != 1 {
		t.Errorf("status %d, %d lines after %d calls: %s", w.Code, lines, calls, w.Body)
	}
}

// A failure of the reference fails open like any other.
func TestCompatProfileFailsOpen(t *testing.T) {
	s := newTest(t, failing(&pith.Error{Code: pith.CodeCompression, Msg: "the reference raises IndexError: no words"}))
	w := post(s, "/v1/compress", `{"input":"a  b","profile":"compat"}`)
	c := decodeAs[api.Compression](t, w, http.StatusOK, "Compression")
	if c.Output != "a  b" || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "IndexError") {
		t.Errorf("%+v", c)
	}
	wantError(t, post(s, "/v1/compress", `{"input":"a  b","profile":"compat","on_error":"fail"}`), 503, pith.CodeCompression, "")
}
