package policy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// shown writes what an override sets, in the form of a body.
func shown(o Override) string {
	var out []string
	v := reflect.ValueOf(o)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			out = append(out, fmt.Sprintf("%s=%v", v.Type().Field(i).Name, f.Elem().Interface()))
		}
	}
	return strings.Join(out, " ")
}

func TestFromHeader(t *testing.T) {
	tests := []struct{ name, header, want, ignored string }{
		{"nothing", "Authorization: x\nX-Pith-Key: pith_secret", "", ""},
		{"mode", "X-Pith-Mode: lossless", "Mode=lossless DryRun=false", ""},
		{"mode_case", "x-pith-mode:  LOSSY ", "Mode=lossy DryRun=false", ""},
		{"dry_run", "X-Pith-Mode: dry-run", "DryRun=true", ""},
		{"mode_unknown", "X-Pith-Mode: turbo", "", "mode"},
		{"method", "X-Pith-Method: LLMLingua2", "Method=llmlingua2", ""},
		{"method_odd", "X-Pith-Method: a b", "", "method"},
		{"rate", "X-Pith-Rate: 0.4", "Rate=0.4", ""},
		{"rate_high", "X-Pith-Rate: 1.01", "", "rate"},
		{"rate_zero", "X-Pith-Rate: 0", "", "rate"},
		{"rate_nan", "X-Pith-Rate: NaN", "", "rate"},
		{"rate_percent", "X-Pith-Rate: 40%", "", "rate"},
		{"target", "X-Pith-Target-Tokens: 500", "TargetTokens=500", ""},
		{"both_budgets", "X-Pith-Target-Tokens: 500\nX-Pith-Rate: 0.4", "", "rate target_tokens"},
		{"roles", "X-Pith-Roles: tool, System", "Roles=[tool system]", ""},
		{"roles_twice", "X-Pith-Roles: tool\nX-Pith-Roles: user,tool", "Roles=[tool user]", ""},
		{"roles_assistant", "X-Pith-Roles: assistant", "", "roles"},
		{"roles_partly", "X-Pith-Roles: tool,robot", "Roles=[tool]", "roles"},
		{"roles_none", "X-Pith-Roles: none", "Roles=[]", ""},
		{"min_tokens", "X-Pith-Min-Tokens: 0", "MinTokens=0", ""},
		{"min_tokens_negative", "X-Pith-Min-Tokens: -1", "", "min_tokens"},
		{"question", "X-Pith-Question: Wie%20hoch%20ist%20der%20Gro%C3%9Fglockner%3F", "Question=Wie hoch ist der Großglockner?", ""},
		{"question_plus", "X-Pith-Question: a+b", "Question=a+b", ""},
		{"question_broken", "X-Pith-Question: 100%", "", "question"},
		{"question_no_text", "X-Pith-Question: %ff", "", "question"},
		{"preserve", "X-Pith-Preserve: code,urls,numbers,quotes,json", "Preserve=[code urls numbers quotes json]", ""},
		{"preserve_unknown", "X-Pith-Preserve: code,poems", "Preserve=[code]", "preserve"},
		{"deadline", "X-Pith-Deadline-Ms: 100", "Deadline=100ms", ""},
		{"deadline_long", "X-Pith-Deadline-Ms: 60001", "", "deadline_ms"},
		{"on_error", "X-Pith-On-Error: fail", "OnErrorFail=true", ""},
		{"on_error_pass", "X-Pith-On-Error: pass", "OnErrorFail=false", ""},
		{"tags", "X-Pith-Tags: on", "Tags=true", ""},
		{"agreeing_twice", "X-Pith-Rate: 0.4\nX-Pith-Rate: 0.4", "Rate=0.4", ""},
		{"differing_twice", "X-Pith-Rate: 0.4\nX-Pith-Rate: 0.5", "", "rate"},
		{"unknown", "X-Pith-Speed: 9\nX-Pith-Mode: off", "Mode=off DryRun=false", "speed"},
		{"unknown_long", "X-Pith-" + strings.Repeat("a", 40) + ": 9", "", "unknown"},
		{"no_lossy_is_no_header", "X-Pith-No-Lossy: false\nX-Pith-Lossy-Tools: *", "", "lossy_tools no_lossy"},
	}
	for _, tt := range tests {
		h := http.Header{}
		for line := range strings.SplitSeq(tt.header, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			h.Add(name, value)
		}
		o, ignored := FromHeader(h)
		if got := shown(o); got != tt.want || strings.Join(ignored, " ") != tt.ignored {
			t.Errorf("%s: got %q, ignored %q", tt.name, got, ignored)
		}
	}
}

func TestFromBody(t *testing.T) {
	tests := []struct{ name, body, want, ignored string }{
		{"empty", `{}`, "", ""},
		{"all", `{"mode":"lossy","method":"auto","rate":0.5,"roles":["tool"],"min_tokens":10,"question":"a b%20",
			"preserve":["code"],"deadline_ms":50,"on_error":"fail","tags":true}`,
			"Mode=lossy DryRun=false Method=auto Rate=0.5 Roles=[tool] MinTokens=10 Question=a b%20 Preserve=[code] Deadline=50ms OnErrorFail=true Tags=true", ""},
		{"lists_as_text", `{"roles":"tool,user","preserve":"none"}`, "Roles=[tool user] Preserve=[]", ""},
		{"empty_list", `{"preserve":[]}`, "Preserve=[]", ""},
		{"tags_word", `{"tags":"on"}`, "Tags=true", ""},
		{"number_as_text", `{"rate":"0.5"}`, "", "rate"},
		{"text_as_number", `{"mode":1}`, "", "mode"},
		{"fraction", `{"target_tokens":1.5}`, "", "target_tokens"},
		{"huge", `{"target_tokens":1e99,"rate":1e-400}`, "", "target_tokens rate"},
		{"nested", `{"roles":[["tool"]],"preserve":{"a":1}}`, "", "roles preserve"},
		{"null", `{"rate":null}`, "", "rate"},
		{"twice", `{"rate":0.5,"rate":0.6}`, "Rate=0.5", "rate"},
		{"case_matters", `{"Rate":0.5}`, "", "unknown"},
		{"key_is_not_told", `{"what did she say":1}`, "", "unknown"},
		{"array", `[1]`, "", "pith"},
		{"broken", `{"rate":0.5`, "", "pith"},
		{"nothing", ``, "", "pith"},
		{"hard_limits", `{"no_lossy":false,"lossy_tools":["*"],"skip_stored":false}`, "", "no_lossy lossy_tools skip_stored"},
	}
	for _, tt := range tests {
		o, ignored := FromBody([]byte(tt.body))
		if got := shown(o); got != tt.want || strings.Join(ignored, " ") != tt.ignored {
			t.Errorf("%s: got %q, ignored %q", tt.name, got, ignored)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestWith(t *testing.T) {
	base := Default()
	if got := base.With(); !reflect.DeepEqual(got, base) {
		t.Error("no override changed something")
	}
	got := base.With(Override{Rate: ptr(0.4), NoLossy: true}, Override{TargetTokens: ptr(9)}, Override{Mode: ptr(ModeLossy)})
	if got.Rate != 0 || got.TargetTokens != 9 || got.Mode != ModeLossy || !got.NoLossy {
		t.Errorf("got %+v", got)
	}
	if got := got.With(Override{Rate: ptr(0.3)}); got.TargetTokens != 0 || got.Rate != 0.3 {
		t.Errorf("got %+v", got)
	}
	off := base.With(Override{Mode: ptr(ModeOff)})
	if got := off.With(Override{DryRun: ptr(true)}); got.Mode != ModeAuto || !got.DryRun {
		t.Errorf("a dry run over off is %+v", got)
	}
	dry := base.With(Override{DryRun: ptr(true)})
	if o, _ := FromHeader(http.Header{"X-Pith-Mode": {"auto"}}); dry.With(o).DryRun {
		t.Error("mode auto did not end the dry run")
	}
}

// Each row is a change; those that change bytes change the digest, the others do not.
func TestDigest(t *testing.T) {
	base := Default()
	same := map[string]Override{
		"dry_run":     {DryRun: ptr(true)},
		"deadline":    {Deadline: ptr(time.Second)},
		"on_error":    {OnErrorFail: ptr(true)},
		"method_auto": {Method: ptr("auto")},
		"roles_order": {Roles: ptr([]string{RoleTool, RoleContext, RoleTool})},
		"preserve_default": {Preserve: ptr([]string{"negations", "code", "tags", "json", "tables", "headings", "urls", "emails", "paths",
			"ids", "dates", "numbers", "identifiers"})},
		"no_tools": {LossyTools: ptr([]string{})},
	}
	for name, o := range same {
		if base.With(o).Digest() != base.Digest() {
			t.Errorf("%s changed the digest", name)
		}
	}
	seen := map[[32]byte]string{base.Digest(): "base"}
	for name, o := range map[string]Override{
		"mode": {Mode: ptr(ModeLossy)}, "method": {Method: ptr("llmlingua2")}, "rate": {Rate: ptr(0.5)},
		"target": {TargetTokens: ptr(5)}, "roles": {Roles: ptr([]string{RoleTool})}, "no_roles": {Roles: ptr([]string{})},
		"min": {MinTokens: ptr(5)}, "question": {Question: ptr("a")}, "question_2": {Question: ptr("ab")},
		"preserve": {Preserve: ptr([]string{"code"})}, "preserve_none": {Preserve: ptr([]string{})}, "tags": {Tags: ptr(true)},
		"no_lossy": {NoLossy: true}, "tools": {LossyTools: ptr([]string{"a", "b"})}, "tools_joined": {LossyTools: ptr([]string{"ab"})},
		"tools_cut": {LossyTools: ptr([]string{"ab", "c"})}, "tools_cut_otherwise": {LossyTools: ptr([]string{"a", "bc"})},
	} {
		d := base.With(o).Digest()
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
	}
}

// Whatever a client sends, the answer names settings and never quotes it, and no
// hard limit is lifted.
func FuzzOverrides(f *testing.F) {
	f.Add("mode", "lossy", []byte(`{"rate":0.5,"tags":true}`))
	f.Add("Question", "%41", []byte(`{"roles":["tool","x"],"a":[[]]}`))
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		h := http.Header{Prefix + name: {value}}
		o, ignored := FromHeader(h)
		b, more := FromBody(body)
		for _, n := range slices.Concat(ignored, more) {
			if n == "" || len(n) > 32 || strings.ContainsFunc(n, func(r rune) bool { return r > '~' || r <= ' ' }) {
				t.Fatalf("ignored %q", n)
			}
		}
		if len(ignored) > maxIgnored || len(more) > maxIgnored {
			t.Fatal("too many names")
		}
		if o.NoLossy || b.NoLossy || o.LossyTools != nil || b.LossyTools != nil {
			t.Fatal("a client set what only configuration may")
		}
		s := Default().With(Override{NoLossy: true}, b, o)
		if !s.NoLossy || s.Rate < 0 || s.Rate > 1 || s.Rate > 0 && s.TargetTokens > 0 {
			t.Fatalf("settings %+v", s)
		}
		if !json.Valid(body) && shown(b) != "" {
			t.Fatal("read what is no JSON")
		}
		if again := Default().With(Override{NoLossy: true}, b, o); s.Digest() != again.Digest() {
			t.Fatal("two digests")
		}
	})
}
