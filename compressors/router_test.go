package compressors

import (
	"context"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// fake is a method that keeps the first tokens of each text, as a share of its words.
type fake struct {
	id, kind string
	share    float64
	calls    *[]pith.Request
}

func (f fake) Info() pith.CompressorInfo { return pith.CompressorInfo{ID: f.id, Kind: f.kind} }

func (f fake) Compress(_ context.Context, req pith.Request) (pith.Result, error) {
	*f.calls = append(*f.calls, req)
	res := pith.Result{Method: f.id, Version: f.id + "-1"}
	for _, c := range req.Contexts {
		words := strings.Fields(string(c.Text))
		n := int(float64(len(words)) * f.share)
		if t := req.Budget.TargetTokens; t > 0 && f.kind == "token" {
			n = min(n, t/len(req.Contexts))
		}
		out := pith.ContextResult{ID: c.ID, Text: pith.Text(strings.Join(words[:n], " ")), Method: f.id, Status: pith.StatusCompressed,
			InputTokens: len(words), OutputTokens: n}
		if f.kind == KindLossless {
			out.Forms, out.Exact = []string{"form"}, true
		}
		if c.Locked {
			out.Text, out.Status, out.OutputTokens, out.Forms = c.Text, pith.StatusUnchanged, len(words), nil
		}
		res.Contexts = append(res.Contexts, out)
	}
	return res, nil
}

// bench is a router over two fakes: one that halves, and a lossless one that leaves 0.7.
func bench() (r *Router, words, exact *[]pith.Request) {
	words, exact = &[]pith.Request{}, &[]pith.Request{}
	w := fake{"words", "token", 0.5, words}
	l := fake{"exact", KindLossless, 0.7, exact}
	none := fake{NoneID, "none", 1, &[]pith.Request{}}
	c := fake{"cut", KindCode, 0.4, &[]pith.Request{}}
	return NewRouter(Auto{Words: w, Lossless: l, Code: c}, w, l, c, none), words, exact
}

var (
	prose   = strings.Repeat("The harbour was quiet that morning and nobody spoke of the ship that had left. ", 10)
	data    = `[` + strings.Repeat(`{"id": 1, "name": "x", "tags": ["a", "b"]}, `, 20) + `{"id": 2, "name": "y", "tags": []}]`
	program = "package main\n\nimport \"fmt\"\n\n" + strings.Repeat("func main() {\n\tfor i := 0; i < 10; i++ {\n\t\tfmt.Println(i)\n\t}\n}\n\n", 9)
	logs    = strings.Repeat("2026-03-01T10:00:00Z INFO server: request handled in 3 ms by worker 7\n", 20)
)

func TestRouter(t *testing.T) {
	tests := []struct {
		name    string
		req     pith.Request
		methods string // of the result
		each    string // of the contexts
		err     string // part of the message
	}{
		{name: "named", req: pith.Request{Method: "words", Contexts: texts(prose, data)}, methods: "words", each: "words words"},
		{name: "lossless", req: pith.Request{Method: "exact", Contexts: texts(prose, data)}, methods: "exact", each: "exact exact"},
		{name: "unknown", req: pith.Request{Method: "nothing", Contexts: texts(prose)}, err: "there are: auto, words, exact, cut, none"},
		{name: "auto_prose", req: pith.Request{Contexts: texts(prose)}, methods: "words", each: "words"},
		{name: "auto_data", req: pith.Request{Method: "auto", Contexts: texts(data)}, methods: "exact", each: "exact"},
		{name: "auto_both", req: pith.Request{Contexts: texts(prose, data, prose)}, methods: "words+exact", each: "words exact words"},
		{name: "auto_log", req: pith.Request{Contexts: texts(logs)}, methods: "exact", each: "exact"},
		{name: "auto_log_rate_met", req: pith.Request{Contexts: texts(logs), Budget: pith.Budget{Rate: 0.8}}, methods: "exact", each: "exact"},
		{name: "auto_log_rate_not_met", req: pith.Request{Contexts: texts(logs), Budget: pith.Budget{Rate: 0.6}}, methods: "words", each: "words"},
		{name: "auto_log_threshold", req: pith.Request{Contexts: texts(logs), Budget: pith.Budget{Threshold: 0.1}}, methods: "words", each: "words"},
		{name: "auto_data_rate_not_met", req: pith.Request{Contexts: texts(data), Budget: pith.Budget{Rate: 0.1}}, methods: "exact", each: "exact"},
		{name: "auto_target_met", req: pith.Request{Contexts: texts(data, prose), Budget: pith.Budget{TargetTokens: 120}}, methods: "exact+words", each: "exact words"},
		{name: "auto_target_not_met", req: pith.Request{Contexts: texts(data, prose), Budget: pith.Budget{TargetTokens: 20}}, methods: "words", each: "words words"},
		{name: "auto_top_n", req: pith.Request{Contexts: texts(data), Options: pith.Options{TopN: 1}}, methods: "words", each: "words"},
		{name: "auto_model", req: pith.Request{Model: "m", Contexts: texts(data)}, methods: "words", each: "words"},
		{name: "auto_locked", req: pith.Request{Contexts: []pith.Context{{Text: pith.Text(data), Locked: true}}}, methods: "words", each: "words"},
		{name: "auto_rate_1", req: pith.Request{Contexts: texts(data, logs), Budget: pith.Budget{Rate: 1}}, methods: "words", each: "words words"},
		{name: "auto_soft_target_not_met", req: pith.Request{Contexts: texts(data, prose), Budget: pith.Budget{TargetTokens: 20}, Options: pith.Options{Strictness: pith.Soft}},
			methods: "words", each: "words words"},
		{name: "auto_own_target_not_met", req: pith.Request{Contexts: []pith.Context{{Text: pith.Text(data)}, {Text: pith.Text(data), Budget: pith.Budget{TargetTokens: 10}}, {Text: pith.Text(prose)}}},
			methods: "exact+words", each: "exact words words"},
		{name: "auto_log_spans", req: pith.Request{Contexts: texts(logs), Budget: pith.Budget{Rate: 0.8}, Options: pith.Options{ReturnSpans: true}}, methods: "exact", each: "exact"},
		{name: "auto_code", req: pith.Request{Contexts: texts(program)}, methods: "exact", each: "exact"},
		{name: "auto_code_rate_without_question", req: pith.Request{Contexts: texts(program), Budget: pith.Budget{Rate: 0.5}}, methods: "exact", each: "exact"},
		{name: "auto_code_question_without_budget", req: pith.Request{Question: "why?", Contexts: texts(program)}, methods: "exact", each: "exact"},
		{name: "auto_code_rate", req: pith.Request{Question: "why?", Contexts: texts(program, prose, data), Budget: pith.Budget{Rate: 0.5}},
			methods: "cut+words+exact", each: "cut words exact"},
		{name: "auto_code_instruction", req: pith.Request{Instruction: "explain main", Contexts: texts(program), Budget: pith.Budget{Rate: 0.5}}, methods: "cut", each: "cut"},
		{name: "auto_code_blank_question", req: pith.Request{Question: " ", Contexts: texts(program), Budget: pith.Budget{Rate: 0.5}}, methods: "exact", each: "exact"},
		{name: "auto_code_rate_1", req: pith.Request{Question: "why?", Contexts: texts(program), Budget: pith.Budget{Rate: 1}}, methods: "words", each: "words"},
		{name: "auto_code_own_target", req: pith.Request{Question: "why?", Contexts: []pith.Context{{Text: pith.Text(program), Budget: pith.Budget{TargetTokens: 10}}, {Text: pith.Text(prose)}}},
			methods: "cut+words", each: "cut words"},
		{name: "auto_code_target_met", req: pith.Request{Contexts: texts(program, prose), Budget: pith.Budget{TargetTokens: 2000}}, methods: "exact+words", each: "exact words"},
		{name: "auto_code_target_not_met", req: pith.Request{Contexts: texts(program, data, prose), Budget: pith.Budget{TargetTokens: 30}}, methods: "cut+words", each: "cut words words"},
		{name: "auto_said_to_be_code", req: pith.Request{Question: "why?", Contexts: []pith.Context{{Text: pith.Text(prose), Kind: pith.KindCode}}, Budget: pith.Budget{Rate: 0.5}},
			methods: "cut", each: "cut"},
		{name: "context_names_code", req: pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(program), Method: "cut", Budget: pith.Budget{Rate: 0.5}}, {Text: pith.Text(prose)}}},
			methods: "cut+words", each: "cut words"},
		{name: "context_names_code_in_lossless", req: pith.Request{Method: "exact", Contexts: []pith.Context{{Text: pith.Text(program), Method: "cut"}}},
			err: "the request's method is exact"},
		{name: "options_of_code", req: pith.Request{Method: "exact", Contexts: texts(program), Options: pith.Options{Code: pith.CodeOptions{RankOnly: true}}},
			err: "method exact does not read code"},
		{name: "options_of_code_for_one", req: pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(program), Method: "cut"}}, Options: pith.Options{Code: pith.CodeOptions{RankOnly: true}}},
			methods: "cut", each: "cut"},
		{name: "context_names_auto", req: pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(data), Method: "auto"}, {Text: pith.Text(prose), Method: "auto"}}},
			methods: "exact+words", each: "exact words"},
		{name: "context_names_words", req: pith.Request{Contexts: []pith.Context{{Text: pith.Text(data), Method: "words"}}}, methods: "words", each: "words"},
		{name: "context_names_lossless", req: pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(prose), Method: "exact"}, {Text: pith.Text(prose)}}},
			methods: "exact+words", each: "exact words"},
		{name: "context_names_none", req: pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(prose), Method: "none"}, {Text: pith.Text(prose)}}},
			methods: "words", each: "none words"},
		{name: "context_names_words_in_lossless", req: pith.Request{Method: "exact", Contexts: []pith.Context{{Text: pith.Text(prose), Method: "words"}}},
			err: "the request's method is exact"},
		{name: "context_lossless_with_budget", req: pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(prose), Method: "exact", Budget: pith.Budget{Rate: 0.5}}}},
			err: "loses nothing, so a budget has no meaning"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, _, _ := bench()
			res, err := r.Compress(t.Context(), tt.req)
			if tt.err != "" {
				if pith.CodeOf(err) != pith.CodeInvalid || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var each []string
			for i, c := range res.Contexts {
				each = append(each, c.Method)
				if c.ID != tt.req.Contexts[i].ID {
					t.Errorf("context %d has the id %q", i, c.ID)
				}
			}
			if got := strings.Join(each, " "); got != tt.each || res.Method != tt.methods {
				t.Errorf("got %s by %s, want %s by %s", got, res.Method, tt.each, tt.methods)
			}
		})
	}
}

func texts(in ...string) []pith.Context {
	var out []pith.Context
	for i, t := range in {
		out = append(out, pith.Context{ID: string(rune('a' + i)), Text: pith.Text(t)})
	}
	return out
}

// What the lossless texts leave of a target is what the others may have.
func TestTargetIsShared(t *testing.T) {
	r, words, exact := bench()
	in := len(strings.Fields(data))
	fixed := int(float64(in) * 0.7)
	if _, err := r.Compress(t.Context(), pith.Request{Contexts: texts(data, prose), Budget: pith.Budget{TargetTokens: fixed + 11}}); err != nil {
		t.Fatal(err)
	}
	if got := (*words)[0].Budget.TargetTokens; got != 11 {
		t.Errorf("%d tokens are left for words, want 11", got)
	}
	if b := (*exact)[0].Budget; !b.IsZero() {
		t.Errorf("the lossless method got %+v", b)
	}
	_, err := r.Compress(t.Context(), pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(data), Method: "exact"}},
		Budget: pith.Budget{TargetTokens: fixed - 1}})
	if pith.CodeOf(err) != pith.CodeBudgetUnreachable {
		t.Errorf("a target that cannot be met: %v", err)
	}
	res, err := r.Compress(t.Context(), pith.Request{Method: "words", Contexts: []pith.Context{{Text: pith.Text(data), Method: "exact"}},
		Budget: pith.Budget{TargetTokens: fixed - 1}, Options: pith.Options{Strictness: pith.Soft}})
	if err != nil || len(res.Warnings) != 1 {
		t.Errorf("a soft target that cannot be met: %v, %q", err, res.Warnings)
	}
}

// What is left of a target is shared by the methods that lose something, by their tokens.
func TestTargetIsSharedByTokens(t *testing.T) {
	r, words, _ := bench()
	cut := r.methods[2].(fake).calls
	if _, err := r.Compress(t.Context(), pith.Request{Question: "why?", Contexts: texts(program, prose, data), Budget: pith.Budget{TargetTokens: 400}}); err != nil {
		t.Fatal(err)
	}
	left := 400 - int(float64(len(strings.Fields(data)))*0.7)
	c, w := (*cut)[0].Budget.TargetTokens, (*words)[0].Budget.TargetTokens
	counter, _ := tokenize.CounterFor("")
	pc, pw := counter.Count(program), counter.Count(prose)
	if want := left * pw / (pc + pw); w != want {
		t.Errorf("prose has %d tokens, want %d", w, want)
	}
	used := min(w, len(strings.Fields(prose))/2)
	if c != left-used {
		t.Errorf("code has %d tokens, want the %d that are left", c, left-used)
	}
}

// needy is a method that cannot do with less than a number of tokens.
type needy struct {
	fake
	least int
}

func (n needy) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if req.Budget.TargetTokens >= n.least {
		return n.fake.Compress(ctx, req)
	}
	if req.Options.Strictness != pith.Soft {
		return pith.Result{}, &pith.Error{Code: pith.CodeBudgetUnreachable, Msg: "less will not do"}
	}
	req.Budget.TargetTokens = n.least
	return n.fake.Compress(ctx, req)
}

// What the words cannot do without, code has to.
func TestCodeMakesRoom(t *testing.T) {
	var cut, words []pith.Request
	w := needy{fake{"words", "token", 0.5, &words}, 60}
	c := fake{"cut", KindCode, 0.1, &cut}
	r := NewRouter(Auto{Words: w, Lossless: fake{"exact", KindLossless, 1, &[]pith.Request{}}, Code: c}, w, c)
	req := pith.Request{Question: "why?", Contexts: texts(program, prose), Budget: pith.Budget{TargetTokens: 100}}
	if _, err := r.Compress(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if got := cut[0].Budget.TargetTokens; got != 40 || cut[0].Options.Strictness == pith.Soft {
		t.Errorf("code has %d tokens, %s; want 40, hard", got, cut[0].Options.Strictness)
	}
	req.Budget.TargetTokens = 50
	if _, err := r.Compress(t.Context(), req); pith.CodeOf(err) != pith.CodeBudgetUnreachable {
		t.Errorf("a target below what words need: %v", err)
	}
}

// The result says what each text was taken for.
func TestAutoTellsKinds(t *testing.T) {
	r, _, _ := bench()
	res, err := r.Compress(t.Context(), pith.Request{Contexts: texts(prose, data, logs, program)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range res.Contexts {
		got = append(got, c.Kind+c.Language)
	}
	if want := "prose json log codeGo"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A text that may lose no words and is over its rate says so.
func TestAutoWarns(t *testing.T) {
	r, _, _ := bench()
	res, err := r.Compress(t.Context(), pith.Request{Contexts: texts(data, prose), Budget: pith.Budget{Rate: 0.6}})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Contexts[0].Warnings) != 1 || len(res.Contexts[1].Warnings) != 0 {
		t.Errorf("warnings: %q, %q", res.Contexts[0].Warnings, res.Contexts[1].Warnings)
	}
}

// Where a target cannot be met without loss, code goes first: a part of other data is
// worth nothing.
func TestCodeGivesWayFirst(t *testing.T) {
	r, _, _ := bench()
	n := len(strings.Fields(program))*4/10 + len(strings.Fields(data))*7/10 + 3
	res, err := r.Compress(t.Context(), pith.Request{Contexts: texts(program, data), Budget: pith.Budget{TargetTokens: n}})
	if err != nil {
		t.Fatal(err)
	}
	if res.Contexts[0].Method != "cut" || res.Contexts[1].Method != "exact" {
		t.Errorf("got %s and %s", res.Contexts[0].Method, res.Contexts[1].Method)
	}
}

// A file that its name says to be a program is code, whatever it looks like.
func TestAutoReadsFileNames(t *testing.T) {
	r, _, _ := bench()
	for id, want := range map[string]string{"src/a.py": "code", "a.md": "prose", "py": "prose"} {
		res, err := r.Compress(t.Context(), pith.Request{Contexts: []pith.Context{{ID: id, Text: pith.Text(prose)}}})
		if err != nil || res.Contexts[0].Kind != want {
			t.Errorf("%s is %s, %v", id, res.Contexts[0].Kind, err)
		}
	}
}
