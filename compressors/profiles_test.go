package compressors

import (
	"context"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// tagged returns every text with its name in front.
type tagged string

func (n tagged) Compress(_ context.Context, req pith.Request) (pith.Result, error) {
	res := pith.Result{Method: "llmlingua2"}
	for _, c := range req.Contexts {
		out := pith.ContextResult{Text: pith.Text(n) + c.Text}
		if c.Locked {
			out.Text = c.Text
		}
		res.Contexts = append(res.Contexts, out)
	}
	return res, nil
}

func (n tagged) Info() pith.CompressorInfo { return pith.CompressorInfo{ID: "llmlingua2"} }

func TestProfiles(t *testing.T) {
	lingua := Profiles{Method: tagged("service "), Compat: tagged("compat ")}
	r := NewRouter(lingua, lingua, None{Counter: tokenize.CounterFor})
	tests := []struct {
		profile pith.Profile
		method  string
		want    string
		err     string
	}{
		{"", "", "service a|b", ""},
		{pith.ProfileService, "llmlingua2", "service a|b", ""},
		{pith.ProfileCompat, "auto", "compat a|b", ""},
		{pith.ProfileCompat, "llmlingua2", "compat a|b", ""},
		{pith.ProfileService, NoneID, "a|b", ""},
		{pith.ProfileCompat, NoneID, "", "no compat profile"},
	}
	for _, tt := range tests {
		t.Run(string(tt.profile)+"_"+tt.method, func(t *testing.T) {
			res, err := r.Compress(context.Background(), pith.Request{Profile: tt.profile, Method: tt.method,
				Contexts: []pith.Context{{Text: "a"}, {Text: "b", Method: NoneID}}})
			if tt.err != "" {
				if pith.CodeOf(err) != pith.CodeInvalid || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := string(res.Contexts[0].Text + "|" + res.Contexts[1].Text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if n := len(r.Info()); n != 2 {
		t.Errorf("%d methods listed, want 2", n)
	}
}
