package hub

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestDescribe(t *testing.T) {
	graph := func(dims ...any) *graphInfo {
		return &graphInfo{Inputs: map[string][]any{"input_ids": {}}, Outputs: map[string][]any{"logits": dims}}
	}
	good := graph("batch", "sequence", int64(2))
	xlmr := `{"added_tokens":[{"id":0,"content":"<s>"},{"id":1,"content":"<pad>"},{"id":2,"content":"</s>"},{"id":3,"content":"<unk>"}]}`
	bert := string(bertTokenizer(true))
	tiny, _ := lookup("llmlingua2-tinybert")
	odd := tiny
	odd.Cased = true
	for _, c := range []struct {
		name             string
		entry            Entry
		known            bool
		config, tokenize string
		graph            *graphInfo
		want             Card // its fields that are compared below; zero Window is a refusal
	}{
		{name: "bert", config: string(bertConfig), tokenize: bert, graph: good, want: Card{Architecture: "bert", Window: 512, SpecialTokens: SpecialTokens{101, 102, 0, 100}}},
		{name: "mobilebert_is_bert", config: `{"model_type":"mobilebert"}`, tokenize: bert, graph: good, want: Card{Architecture: "bert", Window: 512, SpecialTokens: SpecialTokens{101, 102, 0, 100}}},
		{name: "xlmr_loses_two_positions", config: `{"model_type":"xlm-roberta","max_position_embeddings":514}`, tokenize: xlmr, graph: good, want: Card{Architecture: "xlm-roberta", Window: 512, Cased: true, SpecialTokens: SpecialTokens{0, 2, 1, 3}}},
		{name: "short_window", config: `{"model_type":"xlm-roberta","max_position_embeddings":130}`, tokenize: xlmr, graph: good, want: Card{Architecture: "xlm-roberta", Window: 128, Cased: true, SpecialTokens: SpecialTokens{0, 2, 1, 3}}},
		{name: "catalogue_fills_gaps", entry: tiny, known: true, config: `{}`, tokenize: `{}`, graph: good, want: Card{Architecture: "bert", Window: 512, SpecialTokens: SpecialTokens{101, 102, 0, 100}}},
		{name: "tokenizer_says_lower_case", entry: odd, known: true, config: `{}`, tokenize: `{"normalizer":{"lowercase":true}}`, graph: good, want: Card{Architecture: "bert", Window: 512, SpecialTokens: SpecialTokens{101, 102, 0, 100}}},
		{name: "tokenizer_over_config", entry: tiny, known: true, config: `{"model_type":"bert","pad_token_id":5,"bos_token_id":6,"eos_token_id":null}`, tokenize: `{"added_tokens":[{"id":7,"content":"[PAD]"}]}`, graph: good, want: Card{Architecture: "bert", Window: 512, SpecialTokens: SpecialTokens{6, 102, 7, 100}}},
		{name: "unknown_classes_are_taken", config: string(bertConfig), tokenize: bert, graph: graph("b", "s", "classes"), want: Card{Architecture: "bert", Window: 512, SpecialTokens: SpecialTokens{101, 102, 0, 100}}},
		{name: "no_family", config: `{"model_type":"gpt2"}`, tokenize: bert, graph: good},
		{name: "tokenizer_of_another_family", config: string(bertConfig), tokenize: xlmr, graph: good},
		{name: "three_classes", config: string(bertConfig), tokenize: bert, graph: graph("b", "s", int64(3))},
		{name: "one_score_a_text", config: string(bertConfig), tokenize: bert, graph: graph("b", int64(2))},
		{name: "no_logits", config: string(bertConfig), tokenize: bert, graph: &graphInfo{Inputs: map[string][]any{"input_ids": {}}}},
		{name: "no_ids", config: string(bertConfig), tokenize: bert, graph: &graphInfo{Outputs: map[string][]any{"logits": {}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.entry
			if e.Repo == "" {
				e = Entry{Repo: testRepo, Cased: true}
			}
			var conf config
			var tok tokens
			if err := errors.Join(json.Unmarshal([]byte(c.config), &conf), json.Unmarshal([]byte(c.tokenize), &tok)); err != nil {
				t.Fatal(err)
			}
			got, err := describe(target{entry: e, known: c.known, name: "x"}, conf, tok, c.graph)
			if c.want.Window == 0 {
				if !errors.Is(err, ErrUnusable) {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Architecture != c.want.Architecture || got.Window != c.want.Window || got.Cased != c.want.Cased || got.SpecialTokens != c.want.SpecialTokens {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}
