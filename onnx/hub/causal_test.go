package hub

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/onnx"
)

func TestDescribeCausal(t *testing.T) {
	gpt2 := `"architectures":["GPT2LMHeadModel"],"model_type":"gpt2","bos_token_id":7,"eos_token_id":8,"n_positions":1024,"vocab_size":50257`
	template := `{"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],` +
		`"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[5],"tokens":["<s>"]}}}}`
	for _, c := range []struct {
		name             string
		config, tokenize string
		family           string
		logits           []any
		inputs           string
		want             SpecialTokens // Start, End, Pad; all zero is a refusal
		longest, width   int
	}{
		{name: "gpt2", config: gpt2, want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "class_alone", config: `"architectures":["XForCausalLM"],"model_type":"x","eos_token_id":8,"vocab_size":10`, want: SpecialTokens{8, 8, 8, -1}, longest: 2048, width: 10},
		{name: "type_alone", config: `"model_type":"qwen2","eos_token_id":8,"max_position_embeddings":9,"vocab_size":10`, want: SpecialTokens{8, 8, 8, -1}, longest: 9, width: 10},
		{name: "family_alone", family: causal, config: `"eos_token_id":8,"vocab_size":10`, want: SpecialTokens{8, 8, 8, -1}, longest: 2048, width: 10},
		{name: "list_of_ends", config: `"model_type":"llama","bos_token_id":7,"eos_token_id":[8,9],"vocab_size":10`, want: SpecialTokens{7, 8, 8, -1}, longest: 2048, width: 10},
		{name: "empty_list", config: `"model_type":"llama","bos_token_id":7,"eos_token_id":[],"vocab_size":10`, want: SpecialTokens{7, 7, 7, -1}, longest: 2048, width: 10},
		{name: "null_start", config: `"model_type":"llama","bos_token_id":null,"eos_token_id":8,"pad_token_id":3,"vocab_size":10`, want: SpecialTokens{8, 8, 3, -1}, longest: 2048, width: 10},
		{name: "negative_pad", config: `"model_type":"llama","eos_token_id":8,"pad_token_id":-1,"vocab_size":10`, want: SpecialTokens{8, 8, 8, -1}, longest: 2048, width: 10},
		{name: "tokenizer_over_config", config: gpt2, tokenize: template, want: SpecialTokens{5, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "processors_in_a_row", config: gpt2, tokenize: `{"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":false},` + strings.TrimSuffix(strings.TrimPrefix(template, `{"post_processor":`), "}") + `]}}`, want: SpecialTokens{5, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "other_processor", config: gpt2, tokenize: `{"post_processor":{"type":"BertProcessing","single":"x","special_tokens":["</s>",2]}}`, want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "text_comes_first", config: gpt2, tokenize: strings.Replace(template, `[{"SpecialToken":{"id":"<s>","type_id":0}},`, `[`, 1), want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "no_processor", config: gpt2, tokenize: `{"post_processor":null}`, want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "wider_than_the_vocabulary", config: gpt2, logits: []any{"b", "s", int64(50304)}, want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50304},
		{name: "undeclared_shape", config: gpt2, logits: []any{}, want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "very_long", config: `"model_type":"llama","eos_token_id":8,"max_position_embeddings":131072,"vocab_size":10`, want: SpecialTokens{8, 8, 8, -1}, longest: 65536, width: 10},
		{name: "keys_and_values", config: gpt2, inputs: "input_ids attention_mask position_ids use_cache_branch past_key_values.0.key", want: SpecialTokens{7, 8, 8, -1}, longest: 1024, width: 50257},
		{name: "token_classifier", config: gpt2, logits: []any{"b", "s", int64(2)}},
		{name: "text_classifier", config: gpt2, logits: []any{"b", int64(50257)}},
		{name: "no_vocabulary", config: `"model_type":"llama","eos_token_id":8`},
		{name: "no_ends", config: `"model_type":"llama","vocab_size":10`},
		{name: "encoder_and_decoder", config: `"architectures":["T5ForConditionalGeneration"],"model_type":"t5","eos_token_id":1,"vocab_size":10`},
		{name: "inputs_of_an_encoder", config: gpt2, inputs: "input_ids encoder_hidden_states"},
		{name: "no_ids", config: gpt2, inputs: "inputs_embeds"},
		{name: "other_family_wanted", family: "bert", config: gpt2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.logits == nil {
				c.logits = []any{"b", "s", "v"}
			}
			if c.inputs == "" {
				c.inputs = "input_ids"
			}
			if c.tokenize == "" {
				c.tokenize = "{}"
			}
			g := &graphInfo{Inputs: map[string][]any{}, Outputs: map[string][]any{"logits": c.logits, "present.0.key": {}}}
			for _, in := range strings.Fields(c.inputs) {
				g.Inputs[in] = []any{"b", "s"}
			}
			var conf config
			var tok tokens
			if err := errors.Join(json.Unmarshal([]byte("{"+c.config+"}"), &conf), json.Unmarshal([]byte(c.tokenize), &tok)); err != nil {
				t.Fatal(err)
			}
			got, err := describe(target{entry: Entry{Repo: testRepo, Cased: true, Architecture: c.family}, name: "x"}, conf, tok, g)
			if c.want == (SpecialTokens{}) {
				if !errors.Is(err, ErrUnusable) {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Family != "causal-lm" || got.SpecialTokens != c.want || got.MaxSequence != c.longest || got.Vocabulary != c.width || got.Graph.Outputs["logits"][2] != int64(c.width) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// causalFiles is a repository of a language model as exporters write it.
func causalFiles(t *testing.T) map[string]fakeFile {
	t.Helper()
	return map[string]fakeFile{
		"config.json":               {data: []byte(`{"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","bos_token_id":null,"eos_token_id":2,"max_position_embeddings":64,"vocab_size":32}`)},
		"tokenizer.json":            {data: mustJSON(map[string]any{"added_tokens": []any{}, "model": map[string]any{"type": "BPE"}})},
		"onnx/model.onnx":           {data: read(t, "..", "testdata", "causal.onnx"), lfs: true},
		"onnx/model_fp16.onnx":      {data: read(t, "..", "testdata", "causal-half.onnx"), lfs: true},
		"onnx/model_quantized.onnx": {data: read(t, "..", "testdata", "causal-half.onnx"), lfs: true},
		"generation_config.json":    {data: []byte(`{}`)},
	}
}

// A language model is pulled and runs as it lies there.
func TestPullCausal(t *testing.T) {
	h := newFakeHub(t)
	files := causalFiles(t)
	h.add(testRepo, commit(1), files).license = "apache-2.0"
	for _, quantized := range []bool{false, true} {
		o := testOptions(t, h)
		o.Quantized = quantized
		dir, err := Pull(t.Context(), o, testRepo)
		if err != nil {
			t.Fatal(err)
		}
		card := string(read(t, dir, cardFile))
		for _, no := range []string{`"labels"`, `"window"`, `"architecture"`, `"unknown"`} {
			if strings.Contains(card, no) {
				t.Errorf("the card says %s:\n%s", no, card)
			}
		}
		if err := Verify(dir); err != nil {
			t.Error(err)
		}
		if again, err := Pull(t.Context(), o, testRepo); err != nil || again != dir {
			t.Errorf("pulled again: %s, %v", again, err)
		}
		if h.bytesOf("onnx/model.onnx") != int64(len(files["onnx/model.onnx"].data)) {
			t.Error("the graph was fetched twice")
		}
		runPulled(t, dir)
	}
}

func runPulled(t *testing.T, dir string) {
	t.Helper()
	lib, err := onnx.FindLibrary("", filepath.Join("..", "..", ".native"))
	if err != nil {
		t.Skip("the card was checked, the model was not run: ", err)
	}
	if err := onnx.Open(lib); err != nil {
		t.Fatal(err)
	}
	eng := onnx.NewEngine(onnx.EngineOptions{})
	defer eng.Close()
	m, err := onnx.LoadCausal(t.Context(), os.DirFS(dir), eng, onnx.Options{Verify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if s := m.Spec(); s.Special.Start != 2 || s.Special.Unknown != nil || m.Window() != 64 || s.License != "apache-2.0" {
		t.Errorf("got %+v", s)
	}
	_, err = m.NLL(t.Context(), []onnx.CausalSequence{{IDs: []uint32{2, 3, 4}, Asked: []int{1, 2}}}, func(_ int, nll []float32) {
		if len(nll) != 2 || nll[0] <= 0 {
			t.Errorf("got %v", nll)
		}
	})
	if err != nil {
		t.Error(err)
	}
}
