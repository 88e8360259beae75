package hub

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

func TestCatalogueIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Catalogue() {
		t.Run(e.Name, func(t *testing.T) {
			if checkName(e.Name) != nil || seen[e.Name] || checkRepo(e.Repo) != nil || !revName.MatchString(e.Revision) {
				t.Errorf("name, repository or revision: %+v", e)
			}
			seen[e.Name] = true
			if e.Window != 512 || len(e.Languages) == 0 {
				t.Errorf("window %d, languages %v", e.Window, e.Languages)
			}
			want := map[string]SpecialTokens{
				"bert":        {Start: 101, End: 102, Pad: 0, Unknown: 100},
				"xlm-roberta": {Start: 0, End: 2, Pad: 1, Unknown: 3},
			}[e.Architecture]
			if e.SpecialTokens != want {
				t.Errorf("special tokens %+v", e.SpecialTokens)
			}
			for _, other := range e.Instead {
				if o, ok := lookup(other); !ok || len(o.Instead) > 0 || o.Architecture != e.Architecture {
					t.Errorf("instead: %s", other)
				}
			}
		})
	}
	if e, ok := lookup("Microsoft/LLMLingua-2-xlm-roberta-large-meetingbank"); !ok || e.Name != "llmlingua2-xlmr-large-official" {
		t.Errorf("lookup by repository: %+v", e)
	}
}

// A catalogue's pull, with the repository served as the hub serves it.
func TestPullFromTheCatalogue(t *testing.T) {
	h := newFakeHub(t)
	e, _ := lookup("llmlingua2-mbert")
	h.add(e.Repo, e.Revision, bertFiles(1)).license = "gpl-3.0"
	dir, err := Pull(t.Context(), testOptions(t, h), e.Name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := readCard(dir)
	if err != nil || c.Name != e.Name || c.License != "Apache-2.0" || c.Base != e.Base || c.Source.Commit != e.Revision || !slices.Equal(c.Languages, e.Languages) {
		t.Errorf("card %+v, %v", c, err)
	}
}

func TestOfficialRepositoryNamesTheExports(t *testing.T) {
	h := newFakeHub(t)
	e, _ := lookup("llmlingua2-mbert-official")
	h.add(e.Repo, commit(1), map[string]fakeFile{"config.json": {data: bertConfig}, "model.safetensors": {data: []byte("w"), lfs: true}})
	_, err := Pull(t.Context(), testOptions(t, h), e.Repo)
	for _, want := range []string{"pull llmlingua2-mbert or llmlingua2-mbert-4j", "it has config.json, model.safetensors"} {
		if !errors.Is(err, ErrUnusable) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func snap(paths ...string) *snapshot {
	s := &snapshot{repo: testRepo, commit: commit(1)}
	for _, p := range paths {
		s.files = append(s.files, remoteFile{path: p, size: 1, blob: commit(3)})
	}
	return s
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		name      string
		files     string
		entry     Entry
		quantized bool
		want      string // graph tokenizer config data…
	}{
		{name: "browser_layout", files: "onnx/model.onnx tokenizer.json config.json onnx/model_int8.onnx", want: "onnx/model.onnx tokenizer.json config.json"},
		{name: "flat_layout", files: "model.onnx tokenizer.json", want: "model.onnx tokenizer.json"},
		{name: "folder_goes_before_root", files: "model.onnx onnx/model.onnx tokenizer.json", want: "onnx/model.onnx tokenizer.json"},
		{name: "tokenizer_beside_the_graph", files: "onnx/model.onnx onnx/tokenizer.json onnx/config.json", want: "onnx/model.onnx onnx/tokenizer.json onnx/config.json"},
		{name: "external_data", files: "onnx/model.onnx onnx/model.onnx_data onnx/model.onnx_data_1 onnx/model_q4.onnx_data tokenizer.json", want: "onnx/model.onnx tokenizer.json onnx/model.onnx_data onnx/model.onnx_data_1"},
		{name: "external_data_with_dot", files: "model.onnx model.onnx.data tokenizer.json", want: "model.onnx tokenizer.json model.onnx.data"},
		{name: "quantized", files: "onnx/model.onnx onnx/model_int8.onnx onnx/model_quantized.onnx tokenizer.json", quantized: true, want: "onnx/model_quantized.onnx tokenizer.json"},
		{name: "quantized_as_int8", files: "onnx/model.onnx onnx/model_int8.onnx tokenizer.json", quantized: true, want: "onnx/model_int8.onnx tokenizer.json"},
		{name: "quantized_is_never_plain", files: "onnx/model.onnx tokenizer.json", quantized: true},
		{name: "plain_is_never_quantized", files: "onnx/model_quantized.onnx tokenizer.json"},
		{name: "entry_names_the_graph", files: "special.onnx model.onnx tokenizer.json", entry: Entry{Graph: "special.onnx"}, want: "special.onnx tokenizer.json"},
		{name: "entry_is_out_of_date", files: "model.onnx tokenizer.json", entry: Entry{Graph: "special.onnx"}, want: "model.onnx tokenizer.json"},
		{name: "decoder_with_and_without_cache", files: "onnx/decoder_model.onnx onnx/decoder_model_merged.onnx onnx/decoder_with_past_model.onnx tokenizer.json", want: "onnx/decoder_model_merged.onnx tokenizer.json"},
		{name: "model_goes_before_decoder", files: "onnx/decoder_model_merged.onnx model.onnx tokenizer.json", want: "model.onnx tokenizer.json"},
		{name: "quantized_decoder", files: "onnx/decoder_model_merged.onnx onnx/decoder_model_merged_quantized.onnx tokenizer.json", quantized: true, want: "onnx/decoder_model_merged_quantized.onnx tokenizer.json"},
		{name: "weights_only", files: "model.safetensors tokenizer.json"},
		{name: "nothing", files: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := choose(snap(strings.Fields(c.files)...), c.entry, c.quantized)
			if c.want == "" {
				if !errors.Is(err, ErrUnusable) {
					t.Fatalf("got %v, %v", p, err)
				}
				return
			}
			var got []string
			for _, f := range p.all() {
				got = append(got, f.path)
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("got %v, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		ref  string
		o    Options
		want string // folder repository revision; "" is refused
	}{
		{ref: "a/b", want: "a--b a/b main"},
		{ref: "a/b@v1.0", want: "a--b a/b v1.0"},
		{ref: "a/b@refs/pr/1", want: "a--b a/b refs/pr/1"},
		{ref: "a/b", o: Options{As: "mine", Quantized: true}, want: "mine a/b main"},
		{ref: "llmlingua2-tinybert", o: Options{Quantized: true}, want: "llmlingua2-tinybert-quantized atjsh/llmlingua-2-js-tinybert-meetingbank main"},
		{ref: "atjsh/llmlingua-2-js-tinybert-meetingbank@x", want: "llmlingua2-tinybert atjsh/llmlingua-2-js-tinybert-meetingbank x"},
		{ref: ""}, {ref: "nosuch"}, {ref: ".."}, {ref: "../b"}, {ref: "a/.."}, {ref: "a/b/c"}, {ref: "/b"}, {ref: "a/"}, {ref: `a\b/c`},
		{ref: "a/b..c"}, {ref: "a/.git"}, {ref: "a/b?x"}, {ref: "a/b@"}, {ref: "a/b@../x"}, {ref: "a/b@x y"}, {ref: "a/b@-x"},
		{ref: "a/b", o: Options{As: "../x"}}, {ref: "a/b", o: Options{As: "x/y"}}, {ref: "a/b", o: Options{As: ".partial"}}, {ref: "a/b", o: Options{As: "a..b"}},
		{ref: "a/b", o: Options{Family: "gpt2"}},
	} {
		t.Run(c.ref+"_"+c.o.As, func(t *testing.T) {
			got, err := parseTarget(c.o, c.ref)
			if c.want == "" {
				if pith.CodeOf(err) != pith.CodeInvalid {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if s := got.name + " " + got.entry.Repo + " " + got.entry.Revision; err != nil || s != c.want {
				t.Errorf("got %s, %v; want %s", s, err, c.want)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"no_home":        {},
		"no_scheme":      {Home: "x", Endpoint: "hub.example"},
		"file":           {Home: "x", Endpoint: "file:///hub"},
		"password":       {Home: "x", Endpoint: "https://me:pw@hub.example"},
		"query":          {Home: "x", Endpoint: "https://hub.example?x"},
		"token_with_gap": {Home: "x", Token: "hf_a\r\nb"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Pull(t.Context(), o, "a/b"); pith.CodeOf(err) != pith.CodeInvalid || strings.Contains(err.Error(), "pw") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWithEnv(t *testing.T) {
	env := map[string]string{"HF_ENDPOINT": "https://m.example", "HF_TOKEN": "t", "HF_HUB_OFFLINE": "true"}
	get := func(k string) string { return env[k] }
	if o := (Options{Token: "mine"}).WithEnv(get); o.Endpoint != "https://m.example" || o.Token != "mine" || !o.Offline {
		t.Errorf("got %+v", o)
	}
	env["HF_HUB_OFFLINE"] = "0"
	if o := (Options{}).WithEnv(get); o.Offline {
		t.Error("0 means offline")
	}
}
