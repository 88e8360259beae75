package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pith-proxy/pith"
)

// A Card is a pith-model.json. Its shape is that of the built-in models;
// Architecture, Source, Files and the graph's data are additions.
type Card struct {
	Name          string        `json:"name"`
	Version       string        `json:"version"`
	Family        string        `json:"family"`                 // token-classifier or causal-lm
	Architecture  string        `json:"architecture,omitempty"` // bert or xlm-roberta
	Languages     []string      `json:"languages"`
	Cased         bool          `json:"cased"`
	Graph         CardGraph     `json:"graph"`
	Labels        []string      `json:"labels,omitempty"` // drop, keep: the order of the last axis of logits
	Window        int           `json:"window,omitempty"`
	MaxSequence   int           `json:"max_sequence,omitempty"` // of a causal-lm
	SpecialTokens SpecialTokens `json:"special_tokens"`
	Vocabulary    int           `json:"vocabulary,omitempty"` // rows of the embedding, by config.json
	Tokenizer     CardFile      `json:"tokenizer"`
	Files         []CardFile    `json:"files,omitempty"` // others that belong to the model
	License       string        `json:"license,omitempty"`
	Base          string        `json:"base,omitempty"`
	Source        *Source       `json:"source,omitempty"`
}

// A CardGraph describes the graph of a model.
type CardGraph struct {
	File      string           `json:"file"`
	SHA256    string           `json:"sha256"`
	Opset     int64            `json:"opset,omitempty"`
	Domains   []string         `json:"domains,omitempty"`
	Precision string           `json:"precision,omitempty"`
	Inputs    map[string][]any `json:"inputs,omitempty"`
	Outputs   map[string][]any `json:"outputs,omitempty"`
	Data      []CardFile       `json:"data,omitempty"` // weights the graph refers to by these names
}

// A CardFile is a file of a model's folder with the digest it must have.
type CardFile struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// A Source is where a pulled model came from.
type Source struct {
	Repo     string `json:"repo"`
	Revision string `json:"revision"` // as asked for
	Commit   string `json:"commit"`   // what it was
	Graph    string `json:"graph"`    // path in the repository
}

// config is what is of use in a repository's config.json.
type config struct {
	ModelType     string            `json:"model_type"`
	Architectures []string          `json:"architectures"`
	Positions     int               `json:"max_position_embeddings"`
	NPositions    int               `json:"n_positions"` // the same, as GPT-2 and its kin say it
	Vocab         int               `json:"vocab_size"`
	Labels        map[string]string `json:"id2label"`
	Pad           *firstID          `json:"pad_token_id"`
	Start         *firstID          `json:"bos_token_id"`
	End           *firstID          `json:"eos_token_id"`
}

// firstID is an id, or the first of a list of them, as chat models have it.
type firstID int

// UnmarshalJSON implements json.Unmarshaler. An empty list is as good as no id: -1.
func (id *firstID) UnmarshalJSON(data []byte) error {
	var n int
	if err := json.Unmarshal(data, &n); err == nil {
		*id = firstID(n)
		return nil
	}
	list := []int{}
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*id = -1
	if len(list) > 0 {
		*id = firstID(list[0])
	}
	return nil
}

// tokens is what is of use in a tokenizer.json.
type tokens struct {
	Normalizer struct {
		Lowercase *bool `json:"lowercase"`
	} `json:"normalizer"`
	Added []struct {
		ID      int    `json:"id"`
		Content string `json:"content"`
	} `json:"added_tokens"`
	Post postProcessor `json:"post_processor"`
}

// markers are the names of start, end, pad and unknown in a vocabulary.
var markers = map[string][4]string{
	"bert":        {"[CLS]", "[SEP]", "[PAD]", "[UNK]"},
	"xlm-roberta": {"<s>", "</s>", "<pad>", "<unk>"},
}

// describe fills the parts of a card that come from what is known beforehand,
// what config.json and tokenizer.json say and what the graph says. The file
// nearest to the truth wins: the tokenizer over config.json over the catalogue.
func describe(t target, conf config, tok tokens, g *graphInfo) (*Card, error) {
	e := t.entry
	arch, err := architecture(e, conf)
	if err != nil {
		return nil, err
	}
	if arch == causal {
		return describeCausal(t, conf, tok, g)
	}
	if err := classifies(e, conf, g); err != nil {
		return nil, err
	}
	special, err := specials(t, arch, conf, tok)
	if err != nil {
		return nil, err
	}
	c := &Card{
		Name: t.name, Family: "token-classifier", Architecture: arch,
		Languages: e.Languages, Cased: e.Cased, Labels: []string{"drop", "keep"},
		Window: window(e, arch, conf), SpecialTokens: special, Vocabulary: conf.Vocab,
		License: e.License, Base: e.Base,
		Graph: CardGraph{Opset: g.Opset, Domains: g.Domains, Precision: g.Precision, Inputs: g.Inputs, Outputs: g.Outputs},
	}
	if l := tok.Normalizer.Lowercase; l != nil {
		c.Cased = !*l
	}
	return c, nil
}

func architecture(e Entry, conf config) (string, error) {
	said := map[string]string{"bert": "bert", "mobilebert": "bert", "xlm-roberta": "xlm-roberta"}[conf.ModelType]
	if said == "" && conf.causal() {
		said = causal
	}
	switch {
	case e.Architecture == "" && said == "":
		return "", unusable("%s does not say what family it is of (model_type %q): give --family bert, xlm-roberta or causal-lm", e.Repo, printable(conf.ModelType))
	case e.Architecture == "":
		return said, nil
	case said != "" && said != e.Architecture:
		return "", unusable("%s is of the family %s, not %s", e.Repo, said, e.Architecture)
	}
	return e.Architecture, nil
}

// classifies checks that the graph gives two scores a token.
func classifies(e Entry, conf config, g *graphInfo) error {
	if n := len(conf.Labels); n != 0 && n != 2 {
		return unusable("%s sorts tokens into %d classes; a compressor has two, drop and keep", e.Repo, n)
	}
	if _, ok := g.Inputs["input_ids"]; !ok {
		return unusable("the graph of %s has no input input_ids", e.Repo)
	}
	out, ok := g.Outputs["logits"]
	if !ok {
		return unusable("the graph of %s has no output logits: export it for token classification", e.Repo)
	}
	if len(out) > 0 {
		if n, fixed := out[len(out)-1].(int64); len(out) != 3 || fixed && n > 0 && n != 2 {
			return unusable("the graph of %s gives logits of shape %v; a compressor needs [batch, sequence, 2]", e.Repo, out)
		}
	}
	return nil
}

// specials takes the ids from the tokenizer's own list; config.json and the
// catalogue fill what it does not name.
func specials(t target, arch string, conf config, tok tokens) (SpecialTokens, error) {
	s := t.entry.SpecialTokens
	got := [4]bool{t.known, t.known, t.known, t.known}
	unknown := int(s.Unknown)
	into := [4]*int{&s.Start, &s.End, &s.Pad, &unknown}
	for i, id := range [3]*firstID{conf.Start, conf.End, conf.Pad} {
		if id != nil && *id >= 0 {
			*into[i], got[i] = int(*id), true
		}
	}
	for _, a := range tok.Added {
		for i, m := range markers[arch] {
			if a.Content == m && a.ID >= 0 {
				*into[i], got[i] = a.ID, true
			}
		}
	}
	for i, ok := range got {
		if !ok {
			return s, unusable("%s names no id for %s: its tokenizer.json is not one for this family", t.entry.Repo, markers[arch][i])
		}
	}
	s.Unknown = maybeID(unknown)
	return s, nil
}

// window is 512 unless the model has fewer positions. XLM-R counts positions
// from 2, so two of its rows are never used.
func window(e Entry, arch string, conf config) int {
	n := e.Window
	if n == 0 {
		n = 512
	}
	positions := conf.Positions
	if arch == "xlm-roberta" {
		positions -= 2
	}
	if positions > 0 {
		n = min(n, positions)
	}
	return n
}

func unusable(format string, args ...any) error {
	return fail(pith.CodeInvalid, ErrUnusable, nil, format, args...)
}

// readJSON decodes a file of bounded size. A missing name leaves v as it is.
func readJSON(path string, limit int64, v any) error {
	if path == "" {
		return nil
	}
	f, err := openPlain(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > limit {
		return fmt.Errorf("more than %d bytes", limit)
	}
	if err := json.NewDecoder(f).Decode(v); err != nil {
		return errors.New("not the JSON it should be")
	}
	return nil
}
