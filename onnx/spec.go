package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/pith-proxy/pith/tokenize"
)

// The files of a model folder.
const (
	specFile             = "pith-model.json"
	defaultGraphFile     = "model.onnx"
	defaultTokenizerFile = "tokenizer.json"
)

// The families of models that this package runs.
const (
	FamilyTokenClassifier = "token-classifier" // encoders with two logits for each token
	FamilyCausalNLL       = "causal-lm-nll"    // causal language models that give likelihoods of asked tokens
	FamilyCausal          = "causal-lm"        // causal language models with logits over their vocabulary
)

// Names of inputs and outputs, as the common exporters write them.
const (
	inputIDs      = "input_ids"
	attentionMask = "attention_mask"
	tokenTypeIDs  = "token_type_ids"
	outLogits     = "logits"
	outVectors    = "token_embeddings"
)

var knownInputs = []string{inputIDs, attentionMask, tokenTypeIDs}

// Spec is a model's own description, its pith-model.json.
type Spec struct {
	Digest string `json:"-"` // SHA-256 of the description, which has those of its files; in hex

	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Family    string   `json:"family"`
	Arch      string   `json:"architecture,omitempty"` // whose rules LLMLingua-2 has: bert or xlm-roberta; "" for others
	Also      []string `json:"also,omitempty"`
	Languages []string `json:"languages"` // ISO 639-1 codes
	Cased     bool     `json:"cased"`

	Graph     Graph    `json:"graph"`
	Tokenizer File     `json:"tokenizer"`
	Labels    []string `json:"labels,omitempty"` // in the order of the logits: drop, keep

	// Window is the most ids in one window, special tokens included; MaxSequence is that
	// of a causal model.
	Window      int `json:"window,omitempty"`
	MaxSequence int `json:"max_sequence,omitempty"`

	Special Special   `json:"special_tokens"`
	Rows    int       `json:"vocabulary,omitempty"` // of the embedding; 0 does not say
	Prefix  Prefix    `json:"prefix,omitzero"`
	Embed   Embedding `json:"embedding,omitzero"`
	Form    string    `json:"form,omitempty"` // for readers: what a causal model was trained to read

	// Thresholds are keep probabilities by kind of text (or language; "any" is
	// always there) and wanted rate, the rate written as in "0.33".
	Thresholds map[string]map[string]float64 `json:"thresholds,omitempty"`

	// Files belong to the model but are not read to run it.
	Files []File `json:"files,omitempty"`

	License string `json:"license"`
	Base    string `json:"base,omitempty"`
}

// File is a file of the model's folder. An empty SHA256 is not checked.
type File struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256,omitempty"` // hex
}

// Graph describes the ONNX file. The maps give the dimensions of each input and
// output: a number, or a name for a free one.
type Graph struct {
	File
	// Data are the files beside the graph that hold its weights, if it has such.
	Data      []File           `json:"data,omitempty"`
	Opset     int              `json:"opset,omitempty"` // 0 is not checked
	Domains   []string         `json:"domains,omitempty"`
	Precision string           `json:"precision,omitempty"`
	Inputs    map[string][]any `json:"inputs"`
	Outputs   map[string][]any `json:"outputs"`
}

// Special are the ids that every window starts and ends with, and the one that
// fills up a batch. Those that are nil the vocabulary does not have, or does not say.
type Special struct {
	Start   tokenize.ID  `json:"start"`
	End     tokenize.ID  `json:"end"`
	Pad     tokenize.ID  `json:"pad"`
	Unknown *tokenize.ID `json:"unknown,omitempty"`

	// File and Query are in front of a chunk of source code and of a question about it.
	File      *tokenize.ID `json:"file,omitempty"`
	Query     *tokenize.ID `json:"query,omitempty"`
	EndOfText *tokenize.ID `json:"end_of_text,omitempty"`
}

// Prefix are the ids between the start and the text, of a window of text and of
// a question.
type Prefix struct {
	Text        string        `json:"text,omitempty"`
	IDs         []tokenize.ID `json:"ids,omitempty"`
	Question    string        `json:"question,omitempty"`
	QuestionIDs []tokenize.ID `json:"question_ids,omitempty"`
}

// Embedding describes the token vectors. Size is 0 if the model has none.
type Embedding struct {
	Size            int    `json:"size"`
	Pooling         string `json:"pooling,omitempty"`
	Normalize       bool   `json:"normalize,omitempty"`
	QuestionPooling string `json:"question_pooling,omitempty"`

	// CosineFloor is where the cosines of unrelated texts begin.
	CosineFloor float64 `json:"cosine_floor,omitempty"`
}

// ReadSpec reads and checks the pith-model.json of a model folder.
func ReadSpec(files fs.FS) (*Spec, error) {
	data, err := fs.ReadFile(files, specFile)
	if err != nil {
		return nil, fmt.Errorf("a model folder needs a %s: %w", specFile, err)
	}
	sum := sha256.Sum256(data)
	s := &Spec{Digest: hex.EncodeToString(sum[:])}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("read %s: %w", specFile, err)
	}
	if s.Graph.File.File == "" {
		s.Graph.File.File = defaultGraphFile
	}
	if s.Tokenizer.File == "" {
		s.Tokenizer.File = defaultTokenizerFile
	}
	return s, nil
}

// State tells apart the contents of those files that the description gives no digest of,
// by their sizes and times; "" if it gives them all.
func (s *Spec) State(files fs.FS) string {
	state := ""
	for _, f := range append([]File{s.Graph.File, s.Tokenizer}, s.Graph.Data...) {
		if f.SHA256 != "" {
			continue
		}
		state += f.File
		if info, err := fs.Stat(files, f.File); err == nil { // else it cannot be opened, which is told then
			state += fmt.Sprintf(":%d:%d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return state
}

// Vectors reports whether the model gives a vector for each token.
func (s *Spec) Vectors() bool { return s.Embed.Size > 0 && s.Graph.Outputs[outVectors] != nil }

// inputs returns the names of the session's inputs, in a fixed order.
func (s *Spec) inputs() []string {
	if s.Causal() {
		return slices.Sorted(maps.Keys(s.Graph.Inputs))
	}
	var names []string
	for _, name := range knownInputs {
		if s.Graph.Inputs[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// outputs returns the names of the session's outputs, in a fixed order.
func (s *Spec) outputs() []string {
	switch {
	case s.Family == FamilyCausalNLL:
		return []string{outNLL}
	case s.Vectors():
		return []string{outLogits, outVectors}
	}
	return []string{outLogits}
}

// check reports what makes the spec one this package cannot run.
func (s *Spec) check() error {
	if s.Family != FamilyTokenClassifier {
		return fmt.Errorf("family is %q; a token classifier is of %q", s.Family, FamilyTokenClassifier)
	}
	if s.Window < 3 || s.Window > maxWindow {
		return fmt.Errorf("window is %d ids; it must be in [3, %d]", s.Window, maxWindow)
	}
	if n := len(s.Labels); n != 0 && n != labels {
		return fmt.Errorf("%d labels; a token classifier here has %d, drop and keep", n, labels)
	}
	if s.Graph.Inputs[inputIDs] == nil {
		return fmt.Errorf("graph.inputs lacks %q", inputIDs)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Graph.Inputs)) {
		dims := s.Graph.Inputs[name]
		if !slices.Contains(knownInputs, name) {
			return fmt.Errorf("graph.inputs has %q; known are %s, %s and %s", name, inputIDs, attentionMask, tokenTypeIDs)
		}
		if len(dims) != 2 {
			return fmt.Errorf("input %q has %d dimensions; it must be [batch, sequence]", name, len(dims))
		}
	}
	return s.checkOutputs()
}

func (s *Spec) checkOutputs() error {
	if err := s.checkOutput(outLogits, labels); err != nil {
		return err
	}
	if s.Embed.Size == 0 {
		return nil
	}
	if s.Embed.Size < 0 || s.Embed.Size > maxVector {
		return fmt.Errorf("embedding.size is %d; it must be in [0, %d]", s.Embed.Size, maxVector)
	}
	return s.checkOutput(outVectors, s.Embed.Size)
}

func (s *Spec) checkOutput(name string, width int) error {
	dims := s.Graph.Outputs[name]
	if dims == nil {
		return fmt.Errorf("graph.outputs lacks %q", name)
	}
	if len(dims) != 3 {
		return fmt.Errorf("output %q has %d dimensions; it must be [batch, sequence, %d]", name, len(dims), width)
	}
	if n, ok := dims[2].(float64); ok && int(n) != width {
		return fmt.Errorf("output %q has width %v; it must be %d", name, n, width)
	}
	return nil
}

const (
	labels    = 2       // drop, keep
	maxWindow = 1 << 16 // more ids than any encoder reads
	maxVector = 1 << 14
)
