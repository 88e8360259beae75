package hub

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// causal is the family of language models with logits over their vocabulary.
const causal = "causal-lm"

// causalTypes are model types of causal language models, for a config.json that does not
// name the class.
var causalTypes = []string{
	"codegen", "deepseek_v2", "deepseek_v3", "falcon", "gemma", "gemma2", "gemma3_text", "gpt2", "gpt_bigcode", "gpt_neo",
	"gpt_neox", "gptj", "granite", "llama", "mistral", "mixtral", "mpt", "olmo", "olmo2", "opt", "phi", "phi3", "qwen2",
	"qwen3", "smollm3", "stablelm", "starcoder2",
}

func (c config) causal() bool {
	return slices.Contains(causalTypes, c.ModelType) || slices.ContainsFunc(c.Architectures, func(class string) bool {
		return strings.HasSuffix(class, "ForCausalLM") || strings.HasSuffix(class, "LMHeadModel")
	})
}

// postProcessor is the part of a tokenizer.json that says what comes around a text. A
// sequence of several is looked into.
type postProcessor struct {
	Single []struct {
		Special *struct {
			ID string `json:"id"`
		} `json:"SpecialToken"`
	} `json:"single"`
	Tokens map[string]struct {
		IDs []int `json:"ids"`
	} `json:"special_tokens"`
	Processors []postProcessor `json:"processors"`
}

// UnmarshalJSON implements json.Unmarshaler. Processors of other kinds have members of the
// same names and other shapes; they put nothing in front.
func (p *postProcessor) UnmarshalJSON(data []byte) error {
	type plain postProcessor
	var v plain
	if json.Unmarshal(data, &v) == nil {
		*p = postProcessor(v)
	}
	return nil
}

// start returns the id in front of every text.
func (p postProcessor) start() (id int, ok bool) {
	if len(p.Single) > 0 && p.Single[0].Special != nil {
		if ids := p.Tokens[p.Single[0].Special.ID].IDs; len(ids) > 0 && ids[0] >= 0 {
			return ids[0], true
		}
	}
	for _, q := range p.Processors {
		if id, ok := q.start(); ok {
			return id, true
		}
	}
	return 0, false
}

// describeCausal is describe for causal language models.
func describeCausal(t target, conf config, tok tokens, g *graphInfo) (*Card, error) {
	e := t.entry
	vocabulary, err := predicts(e, conf, g)
	if err != nil {
		return nil, err
	}
	special, err := ends(e, conf, tok)
	if err != nil {
		return nil, err
	}
	outputs := map[string][]any{"logits": {"batch", "sequence", int64(vocabulary)}}
	return &Card{
		Name: t.name, Family: causal, Languages: e.Languages, Cased: true,
		MaxSequence: longest(conf), SpecialTokens: special, Vocabulary: vocabulary, License: e.License, Base: e.Base,
		Graph: CardGraph{Opset: g.Opset, Domains: g.Domains, Precision: g.Precision, Inputs: g.Inputs, Outputs: outputs},
	}, nil
}

// predicts checks that the graph gives each token scores of all that may follow, from
// inputs that it can be given, and returns how many.
func predicts(e Entry, conf config, g *graphInfo) (vocabulary int, err error) {
	if _, ok := g.Inputs["input_ids"]; !ok {
		return 0, unusable("the graph of %s has no input input_ids", e.Repo)
	}
	for _, name := range slices.Sorted(maps.Keys(g.Inputs)) {
		if !slices.Contains([]string{"input_ids", "attention_mask", "position_ids", "use_cache_branch"}, name) &&
			!strings.HasPrefix(name, "past_key_values.") {
			return 0, unusable("the graph of %s wants an input %s, which pith does not know", e.Repo, printable(name))
		}
	}
	out, ok := g.Outputs["logits"]
	if !ok {
		return 0, unusable("the graph of %s has no output logits: export it for text generation", e.Repo)
	}
	if len(out) != 0 && len(out) != 3 {
		return 0, unusable("the graph of %s gives logits of shape %v; a language model gives [batch, sequence, vocabulary]", e.Repo, out)
	}
	vocabulary = conf.Vocab
	if len(out) == 3 {
		if n, fixed := out[2].(int64); fixed && n > 0 {
			vocabulary = int(n)
		}
	}
	switch {
	case vocabulary <= 0:
		return 0, unusable("neither the graph nor config.json of %s says how large its vocabulary is", e.Repo)
	case vocabulary < conf.Vocab:
		return 0, unusable("the graph of %s gives %d scores a token, fewer than the %d of its vocabulary", e.Repo, vocabulary, conf.Vocab)
	}
	return vocabulary, nil
}

// ends returns the ids that texts begin and end with. The start is what the tokenizer puts
// in front of a text, else config.json's, else the end of a text.
func ends(e Entry, conf config, tok tokens) (SpecialTokens, error) {
	var known []int
	if id, ok := tok.Post.start(); ok {
		known = append(known, id)
	}
	for _, id := range []*firstID{conf.Start, conf.End} {
		if id != nil && *id >= 0 {
			known = append(known, int(*id))
		}
	}
	if len(known) == 0 {
		return SpecialTokens{}, unusable("%s names no id for the start or the end of a text", e.Repo)
	}
	s := SpecialTokens{Start: known[0], End: known[len(known)-1], Unknown: -1}
	s.Pad = s.End
	if conf.Pad != nil && *conf.Pad >= 0 {
		s.Pad = int(*conf.Pad)
	}
	return s, nil
}

// longest is how many ids the model can read; 2048 if config.json does not say.
func longest(conf config) int {
	n := max(conf.Positions, conf.NPositions)
	if n <= 0 {
		n = 2048
	}
	return min(n, 1<<16)
}
