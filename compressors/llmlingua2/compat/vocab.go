package compat

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Vocabulary knows the pieces of a tokenizer by id and the other way round, and
// how its decoder joins them. It is read-only.
type Vocabulary struct {
	ids    map[string]int64
	pieces map[int64]string // added tokens; they hide the model's
	model  map[int64]string
	dec    decoder
}

// ID returns the id of a piece, if it is in the vocabulary, an added token or a
// placeholder.
func (v *Vocabulary) ID(piece string) (int64, bool) {
	id, ok := v.ids[piece]
	return id, ok
}

// Piece returns the piece of an id, or "".
func (v *Vocabulary) Piece(id int64) string {
	if p, ok := v.pieces[id]; ok {
		return p
	}
	return v.model[id]
}

// tokenizerFile is the part of a tokenizer.json that is read here.
type tokenizerFile struct {
	Added []addedToken `json:"added_tokens"`
	Model struct {
		Type  string          `json:"type"`
		Vocab json.RawMessage `json:"vocab"`
	} `json:"model"`
	Decoder *decoder `json:"decoder"`
}

type addedToken struct {
	ID         int64  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// unigramEntry is the piece of a [piece, score] pair.
type unigramEntry string

func (e *unigramEntry) UnmarshalJSON(b []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if len(pair) == 0 {
		return fmt.Errorf("empty entry")
	}
	return json.Unmarshal(pair[0], (*string)(e))
}

// ParseVocabulary reads a tokenizer.json of a WordPiece or a Unigram model, with
// or without the placeholders.
func ParseVocabulary(tokenizerJSON []byte) (*Vocabulary, error) {
	var f tokenizerFile
	if err := json.Unmarshal(tokenizerJSON, &f); err != nil {
		return nil, fmt.Errorf("parse tokenizer.json: %w", err)
	}
	v := &Vocabulary{pieces: make(map[int64]string)}
	if err := v.readModel(f); err != nil {
		return nil, err
	}
	if f.Decoder == nil {
		return nil, fmt.Errorf("tokenizer.json has no decoder")
	}
	v.dec = *f.Decoder
	if err := v.dec.check(); err != nil {
		return nil, err
	}
	size := int64(len(v.model))
	for _, t := range append(f.Added, missingPlaceholders(f.Added, v.ids, size)...) {
		v.ids[t.Content], v.pieces[t.ID] = t.ID, t.Content
	}
	return v, nil
}

func (v *Vocabulary) readModel(f tokenizerFile) error {
	v.ids, v.model = make(map[string]int64), make(map[int64]string)
	switch f.Model.Type {
	case "WordPiece":
		if err := json.Unmarshal(f.Model.Vocab, &v.ids); err != nil {
			return fmt.Errorf("parse WordPiece vocabulary: %w", err)
		}
		for p, id := range v.ids {
			v.model[id] = p
		}
	case "Unigram":
		var entries []unigramEntry
		if err := json.Unmarshal(f.Model.Vocab, &entries); err != nil {
			return fmt.Errorf("parse Unigram vocabulary: %w", err)
		}
		for id, p := range entries {
			v.ids[string(p)], v.model[int64(id)] = int64(id), string(p)
		}
	default:
		return fmt.Errorf("tokenizer.json has model type %q; want WordPiece or Unigram", f.Model.Type)
	}
	return nil
}

// WithPlaceholders returns tokenizerJSON with [NEW0] to [NEW99] as special added
// tokens, at the end of the vocabulary unless they have ids already, and without
// truncation and padding: the file to make a [Tokenizer] from.
func WithPlaceholders(tokenizerJSON []byte) ([]byte, error) {
	var f tokenizerFile
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(tokenizerJSON, &f); err != nil {
		return nil, fmt.Errorf("parse tokenizer.json: %w", err)
	}
	if err := json.Unmarshal(tokenizerJSON, &whole); err != nil {
		return nil, fmt.Errorf("parse tokenizer.json: %w", err)
	}
	var v Vocabulary
	if err := v.readModel(f); err != nil {
		return nil, err
	}
	added, err := json.Marshal(append(f.Added, missingPlaceholders(f.Added, v.ids, int64(len(v.model)))...))
	if err != nil {
		return nil, err
	}
	whole["added_tokens"] = added
	whole["truncation"], whole["padding"] = json.RawMessage("null"), json.RawMessage("null")
	return json.Marshal(whole)
}

// missingPlaceholders returns the placeholders that are not among added, with the
// ids the Rust tokenizers library would give them.
func missingPlaceholders(added []addedToken, ids map[string]int64, size int64) []addedToken {
	have := make(map[string]bool, len(added))
	next := size
	for _, t := range added {
		have[t.Content] = true
		next = max(next, t.ID+1)
	}
	var out []addedToken
	for i := range maxForceTokens {
		t := addedToken{Content: placeholder(i), Special: true}
		if have[t.Content] {
			continue
		}
		if id, ok := ids[t.Content]; ok {
			t.ID = id
		} else {
			t.ID = next
			next++
		}
		out = append(out, t)
	}
	return out
}

// placeholder returns the special token that stands for force token i.
func placeholder(i int) string { return "[NEW" + strconv.Itoa(i) + "]" }
