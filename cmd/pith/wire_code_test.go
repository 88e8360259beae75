package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/tokenize"
)

// newTestApp is the program with the models of the checkout.
func newTestApp(t *testing.T, edit func(*Config)) (*app, error) {
	t.Helper()
	c := defaultConfig(func(string) string { return "" })
	c.Home, c.exeDir = t.TempDir(), filepath.Join("..", "..", "onnx")
	if edit != nil {
		edit(&c)
	}
	a, err := newApp(&c)
	if err == nil {
		t.Cleanup(a.Close)
	}
	return a, err
}

func openSource(t *testing.T, s longcodezip.Source) longcodezip.Scorer {
	t.Helper()
	scorer, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return scorer
}

// The model in the program ranks code by a question, and knows which lines surprise.
func TestCodeModelRanks(t *testing.T) {
	a, err := newTestApp(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := a.codeScorers()
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) != 2 || sources[0].Name != "pith-code" || sources[0].Lexical || sources[1].Name != "bm25" || !sources[1].Lexical {
		t.Fatalf("got %+v", sources)
	}
	scorer := openSource(t, sources[0])
	chunks := []string{
		"func closeAll(files []*os.File) {\n\tfor _, f := range files {\n\t\tf.Close()\n\t}\n}\n",
		"def parse_date(text):\n    \"\"\"Year, month and day of a date such as 2024-05-01.\"\"\"\n    return tuple(int(p) for p in text.split('-'))\n",
		"int max(int a, int b) { return a > b ? a : b; }\n",
	}
	var told atomic.Int64
	ctx := context.WithValue(t.Context(), progressKey{}, func(done, total int) {
		if total != len(chunks)+1 {
			t.Errorf("%d of %d", done, total)
		}
		told.Add(1)
	})
	gains, usage, err := scorer.Gains(ctx, "split a date into its parts", chunks)
	if err != nil || gains[1] <= 0 || gains[1] <= gains[0] || gains[1] <= gains[2] {
		t.Errorf("gains %v, %v", gains, err)
	}
	if usage.Sequences != 4 || usage.Tokens < 100 || usage.Model <= 0 || told.Load() != 4 {
		t.Errorf("usage %+v, told %d times", usage, told.Load())
	}
	again, _, err := scorer.Gains(t.Context(), "split a date into its parts", chunks[1:])
	if err != nil || !slices.Equal(again, gains[1:]) {
		t.Errorf("again: %v, %v; was %v", again, err, gains)
	}
	lines, _, err := scorer.(longcodezip.LineReader).LineNLL(t.Context(), []string{"x = 1\n\nqwzj = @@~ 77 #\nx = 2\n"})
	if err != nil || len(lines[0]) != 4 || !math.IsNaN(lines[0][1]) || !(lines[0][2] > lines[0][3]) {
		t.Errorf("lines %v, %v", lines, err)
	}
	if other := openSource(t, sources[0]); other.Name() != scorer.Name() || !strings.Contains(scorer.Name(), "pith-code") {
		t.Errorf("names %q and %q", scorer.Name(), other.Name())
	}
	a.Close()
	if _, err := sources[0].Open(t.Context()); err == nil {
		t.Error("a model was opened in a program that has ended")
	}
}

func TestCodeModelMistakes(t *testing.T) {
	for name, tt := range map[string]struct {
		edit func(*Config)
		want string
	}{
		"classifier_for_code": {func(c *Config) { c.Models.Code = "pith-small" }, "models.code: pith-small is no causal language model"},
		"nobodys_model":       {func(c *Config) { c.Models.Code = "nobodys" }, "models.code: model not found"},
		"code_for_words":      {func(c *Config) { c.Models.Use = []string{"pith-code"} }, "name it in models.code"},
	} {
		a, err := newTestApp(t, tt.edit)
		if err == nil {
			_, err = a.codeScorers()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || exitCode(err) != exitUsage {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	a, err := newTestApp(t, func(c *Config) { c.Models.Code = "bm25" })
	if err != nil {
		t.Fatal(err)
	}
	sources, err := a.codeScorers()
	if err != nil || len(sources) != 1 || !sources[0].Lexical {
		t.Errorf("got %+v, %v", sources, err)
	}
	if openSource(t, sources[0]).Name() != sources[0].Digest {
		t.Error("the digest is not the scorer's name")
	}
}

// Any causal language model will do that lies in the home folder: here a tiny one without
// marks of its own, whose tokens are words.
func TestOtherCodeModel(t *testing.T) {
	home := t.TempDir()
	installCausal(t, filepath.Join(home, "models", "tiny"))
	a, err := newTestApp(t, func(c *Config) { c.Home, c.Models.Code = home, "tiny" })
	if err != nil {
		t.Fatal(err)
	}
	sources, err := a.codeScorers()
	if err != nil {
		t.Fatal(err)
	}
	scorer := openSource(t, sources[0])
	gains, usage, err := scorer.Gains(t.Context(), "c", []string{"a b", "", "b b b"})
	if err != nil || usage.Tokens != 2+4+2+5 || gains[0] == 0 || gains[1] != 0 || gains[0] == gains[2] {
		t.Errorf("got %v, %+v, %v", gains, usage, err)
	}
}

func installCausal(t *testing.T, dir string) {
	t.Helper()
	graph, err := os.ReadFile(filepath.Join("..", "..", "onnx", "testdata", "causal-plain.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	two := []any{"batch", "sequence"}
	spec, err := json.Marshal(map[string]any{"name": "tiny", "version": "1", "family": "causal-lm", "max_sequence": 1024, "vocabulary": 32,
		"special_tokens": map[string]any{"start": 9},
		"graph": map[string]any{"inputs": map[string]any{"input_ids": two, "attention_mask": two},
			"outputs": map[string]any{"logits": []any{"batch", "sequence", "vocabulary"}}}})
	if err != nil {
		t.Fatal(err)
	}
	words := `{"model":{"type":"WordLevel","unk_token":"u","vocab":{"a":0,"b":1,"c":2,"u":3}},"pre_tokenizer":{"type":"Whitespace"}}`
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"model.onnx": graph, "pith-model.json": spec, "tokenizer.json": []byte(words)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Of a model that does not open nothing stays open, and the log says why, once for many
// requests.
func TestCodeModelDoesNotOpen(t *testing.T) {
	for name, tt := range map[string]struct{ file, old, new, want string }{
		"tokenizer": {"tokenizer.json", "WordLevel", "Nobodys", "tokenizer of tiny"},
		"window":    {"pith-model.json", "1024", "128", "leaves no room"},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			dir := filepath.Join(home, "models", "tiny")
			installCausal(t, dir)
			data, err := os.ReadFile(filepath.Join(dir, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			data = []byte(strings.Replace(string(data), tt.old, tt.new, 1))
			if err := os.WriteFile(filepath.Join(dir, tt.file), data, 0o644); err != nil {
				t.Fatal(err)
			}
			a, err := newTestApp(t, func(c *Config) { c.Home, c.Models.Code = home, "tiny" })
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			a.unopened = newUnopened(slog.New(slog.NewTextHandler(&log, nil)))
			text := strings.Repeat("func f(a int) int {\n\treturn a\n}\n\n", 50)
			for range 3 {
				res, err := a.code.Compress(t.Context(), pith.Request{Question: "where is a?", Budget: pith.Budget{Rate: 0.5},
					Contexts: []pith.Context{{Text: pith.Text(text), Language: "go"}}})
				if err != nil || !slices.Equal(res.Models, []string{"bm25"}) {
					t.Errorf("ranked by %v, %v", res.Models, err)
				}
			}
			if got := log.String(); strings.Count(got, "WARN") != 1 || !strings.Contains(got, "scorer=tiny") || !strings.Contains(got, tt.want) {
				t.Errorf("log: %s", got)
			}
			if len(a.opened) != 0 {
				t.Errorf("%d parts are open", len(a.opened))
			}
		})
	}
}

// A model with marks of its own is shown them, others an empty line.
func TestCodeForm(t *testing.T) {
	file, query := tokenize.ID(1), tokenize.ID(2)
	marks := onnx.Spec{Special: onnx.Special{Start: 7, File: &file, Query: &query}}
	if got, err := codeForm(&marks, nil); err != nil || got.Chunk[0] != 1 || got.Query[0] != 2 || got.Trim {
		t.Errorf("got %+v, %v", got, err)
	}
	enc, err := tokenize.NewEncoder([]byte(`{"model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0,"\n\n":5}}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	plain := onnx.Spec{Special: onnx.Special{Start: 7, File: &file}}
	if got, err := codeForm(&plain, enc); err != nil || got.Chunk[0] != 7 || !slices.Equal(got.Query, []tokenize.ID{5}) || !got.Trim {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestModelsListHasTheCodeModel(t *testing.T) {
	out, _, err := command(t, map[string]string{"PITH_HOME": t.TempDir()}, "", "models", "list")
	if err != nil || !strings.Contains(out, "pith-code") {
		t.Errorf("%v:\n%s", err, out)
	}
	if out, _, err = command(t, nil, "", "models", "verify", "pith-code"); err != nil || !strings.Contains(out, "right") {
		t.Errorf("verify: %q, %v", out, err)
	}
	if out, _, err = command(t, nil, "", "models", "show", "pith-code"); err != nil || !strings.Contains(out, `"form"`) || strings.Contains(out, `"labels"`) {
		t.Errorf("show: %q, %v", out, err)
	}
}
