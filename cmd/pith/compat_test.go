package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/onnx"
)

// The texts were recorded from this program. They are those of rates at which no
// word lies so near the threshold that the int8 arithmetic of another processor,
// within the tolerance of the model's vectors, could decide otherwise.
func TestCompressCompat(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"rate", []string{"--rate", "0.48"},
			"sarah : move launch to 14th of may, payment integration isn ' t going ready before john : marketing campaign booked billboards first may, 12, 500 euros, non - refundable. : kim billboard company let shift dates up to three weeks without fee, friday."},
		{"force_tokens", []string{"--rate", "0.66", "--force-token", "\n", "--force-token", "?"},
			"sarah : should probably move launch to 14th of may, because payment integration isn ' t going ready before. \n john : marketing campaign? already booked billboards first of may, at 12, 500 euros, non - refundable. \n sarah : talked to kim in marketing billboard company let shift dates by up to three weeks without fee, as long as tell by friday. \n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, summary, err := command(t, nil, meeting, append([]string{"compress", "--profile", "compat"}, tt.args...)...)
			if err != nil || out != tt.want {
				t.Errorf("got %q, %v", out, err)
			}
			if !strings.Contains(summary, "compressed, ") {
				t.Errorf("summary: %q", summary)
			}
		})
	}
}

func TestCompressCompatAsJSON(t *testing.T) {
	out, _, err := command(t, nil, meeting, "compress", "--profile", "compat", "--json")
	var got map[string]any
	if err != nil || json.Unmarshal([]byte(out), &got) != nil {
		t.Fatal(out, err)
	}
	if _, spans := got["spans"]; spans || got["status"] != "compressed" || !strings.HasPrefix(got["version"].(string), "compat-") {
		t.Errorf("got %v", got)
	}
}

func TestCompressCompatMistakes(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"profile":  {[]string{"--profile", "exact"}, "service or compat"},
		"diff":     {[]string{"--diff"}, "--diff"},
		"question": {[]string{"-q", "Who?"}, "question has no meaning"},
		"multi":    {[]string{"--model", "pith-multi"}, "those with one are: pith-small"},
		"none":     {[]string{"--method", "none"}, "no compat profile"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := command(t, nil, meeting, append([]string{"compress", "--profile", "compat"}, tt.args...)...)
			if exitCode(err) != exitUsage || !strings.Contains(message(err), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestUnfitModels(t *testing.T) {
	fit := onnx.Spec{Arch: "xlm-roberta", Window: 512, Graph: onnx.Graph{Inputs: map[string][]any{"attention_mask": {}}}}
	for want, change := range map[string]func(*onnx.Spec){
		"":                  func(*onnx.Spec) {},
		"architecture":      func(s *onnx.Spec) { s.Arch = "" },
		"prefix":            func(s *onnx.Spec) { s.Prefix.IDs = []uint32{1} },
		"reads 510 tokens":  func(s *onnx.Spec) { s.Window = 510 },
		"no attention mask": func(s *onnx.Spec) { s.Graph.Inputs = nil },
	} {
		s := fit
		change(&s)
		if got := unfit(&s); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}

// The service has both profiles over one model.
func TestServeCompat(t *testing.T) {
	s := startServer(t, nil)
	want, _, err := command(t, nil, meeting, "compress", "--profile", "compat", "--quiet")
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"contexts": []any{map[string]any{"text": "Stay  as you are.", "locked": true}, meeting},
		"profile": "compat", "return": []string{"labels"}}
	status, out := s.post(t, "/v1/compress", body)
	if status != http.StatusOK || out["output"] != "Stay  as you are.\n\n"+want {
		t.Errorf("status %d: %v", status, out)
	}
	status, out = s.post(t, "/v1/compress", map[string]any{"input": "\U0001F642", "profile": "compat", "on_error": "fail"})
	if msg := out["error"].(map[string]any)["message"].(string); status != http.StatusServiceUnavailable || !strings.Contains(msg, "IndexError") {
		t.Errorf("status %d: %v", status, out)
	}
}

// recorded is one call of the Python package on a tiny model; see layer C in
// compressors/llmlingua2/compat.
type recorded struct {
	Contexts []json.RawMessage `json:"ctx"`
	Options  map[string]any    `json:"opt"`
	Err      string
	List     []string
	Margin   float64
}

const recordings = "../../compressors/llmlingua2/compat/testdata"

// TestCompatEqualsTheReference repeats recorded calls of the package through the
// whole program: configuration, model folder, tokenizer, engine and router. Of the
// recordings it takes those that a request can say.
func TestCompatEqualsTheReference(t *testing.T) {
	docs := lines[string](t, "pool.jsonl.gz")
	for arch, folder := range map[string]string{"bert": "tiny-bert-base-multilingual-cased", "xlm-roberta": "tiny-xlm-roberta-large"} {
		t.Run(arch, func(t *testing.T) {
			home := t.TempDir()
			installTiny(t, filepath.Join(home, "models", "tiny"), folder, arch)
			c := defaultConfig(func(string) string { return "" })
			c.Home, c.Models.Use = home, []string{"tiny"}
			c.exeDir = filepath.Join("..", "..", "onnx")
			a, err := newApp(&c)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			equal, raised := 0, 0
			for i, r := range lines[recorded](t, "layer_c_"+map[string]string{"bert": "bert", "xlm-roberta": "xlmr"}[arch]+".jsonl.gz") {
				req, ok := r.request(t, docs)
				if !ok {
					continue
				}
				res, err := a.compress(t.Context(), req)
				switch {
				case r.Err != "" || err != nil:
					if err == nil || r.Err == "" || !strings.Contains(err.Error(), "the reference raises "+r.Err) {
						t.Errorf("recording %d: got %v, want %q", i, err, r.Err)
					}
					raised++
				case !r.equals(res):
					t.Errorf("recording %d %v: results differ", i, r.Options)
				default:
					equal++
				}
			}
			t.Logf("%d results equal, %d errors", equal, raised)
			if equal < 30 {
				t.Errorf("only %d results were compared", equal)
			}
		})
	}
}

// request says what was recorded, if a request can: rates and targets in range,
// and none of the options that only the package has. Where rounding may have
// decided, nothing can be said.
func (r *recorded) request(t *testing.T, docs []string) (pith.Request, bool) {
	req := pith.Request{Profile: pith.ProfileCompat, Model: "tiny", Options: pith.Options{Tokenizer: "cl100k_base"}}
	for name, v := range r.Options {
		switch name {
		case "rate":
			req.Budget.Rate = v.(float64)
		case "target_token":
			if req.Budget.TargetTokens = int(v.(float64)); req.Budget.TargetTokens == 0 {
				return req, false // 0 is a budget for the package
			}
		case "force_tokens":
			for _, s := range v.([]any) {
				req.Options.ForceTokens = append(req.Options.ForceTokens, s.(string))
			}
		case "force_reserve_digit":
			req.Options.ReserveDigits = v.(bool)
		case "drop_consecutive":
			req.Options.DropConsecutive = v.(bool)
		default:
			return req, false
		}
	}
	if req.Budget.TargetTokens > 0 {
		req.Budget.Rate = 0 // the package ignores it
	}
	for _, c := range r.Contexts {
		var text string
		if c[0] == '"' {
			parse(t, c, &text)
		} else {
			var at [3]int
			parse(t, c, &at)
			text = string([]rune(docs[at[0]])[at[1] : at[1]+at[2]])
		}
		req.Contexts = append(req.Contexts, pith.Context{Text: pith.Text(text)})
	}
	return req, r.Margin > 1e-4 && len(r.Contexts) > 0 && req.Validate() == nil
}

// equals compares what is left of each context. One that pith would not make
// longer is passed by.
func (r *recorded) equals(res pith.Result) bool {
	list := slices.Clone(r.List)
	for _, c := range res.Contexts {
		if c.Status == pith.StatusDropped {
			continue
		}
		if len(list) == 0 || len(c.Warnings) == 0 && string(c.Text) != list[0] {
			return false
		}
		list = list[1:]
	}
	return len(list) == 0
}

// installTiny makes a model folder of a recorded model.
func installTiny(t *testing.T, dir, folder, arch string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"model.onnx", "tokenizer.json"} {
		data, err := os.ReadFile(filepath.Join(recordings, folder, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(data))
	}
	pair := []any{"batch", "sequence"}
	inputs := map[string]any{"input_ids": pair, "attention_mask": pair}
	rows := 1602
	if arch == "bert" {
		maps.Copy(inputs, map[string]any{"token_type_ids": pair})
		rows = 2600
	}
	spec, err := json.Marshal(map[string]any{"name": "tiny", "family": "token-classifier", "architecture": arch,
		"languages": []string{"en"}, "window": 512, "vocabulary": rows,
		"graph": map[string]any{"inputs": inputs, "outputs": map[string]any{"logits": append(pair, 2)}}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "pith-model.json"), string(spec))
}

// lines returns the recordings of a file, without its heading.
func lines[T any](t *testing.T, name string) []T {
	t.Helper()
	f, err := os.Open(filepath.Join(recordings, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	scan := bufio.NewScanner(z)
	scan.Buffer(nil, 16<<20)
	for n := 0; scan.Scan(); n++ {
		if n == 0 {
			continue
		}
		var v T
		parse(t, scan.Bytes(), &v)
		out = append(out, v)
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func parse(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}
