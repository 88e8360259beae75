package tokenize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// tokenizerFile is what is read of a tokenizer.json.
type tokenizerFile struct {
	fields   map[string]json.RawMessage // the whole file
	model    map[string]json.RawMessage
	ordinary bool     // there are added tokens that are not special, which text may hold
	pieces   []string // by id
	unk      *ID
	kind     string // of the model: "WordPiece", "Unigram", "BPE", "WordLevel"
}

type addedToken struct {
	ID      ID     `json:"id"`
	Content string `json:"content"`
	Special bool   `json:"special"`
}

// maxIDs bounds the table of pieces against a file with absurd ids.
const maxIDs = 1 << 22

func parseTokenizer(data []byte) (*tokenizerFile, error) {
	f := &tokenizerFile{}
	if err := json.Unmarshal(data, &f.fields); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(f.fields["model"], &f.model); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	var added []json.RawMessage
	if raw := f.fields["added_tokens"]; raw != nil {
		if err := json.Unmarshal(raw, &added); err != nil {
			return nil, fmt.Errorf("added_tokens: %w", err)
		}
	}
	tokens := make([]addedToken, len(added))
	special := map[string]bool{}
	for i, raw := range added {
		if err := json.Unmarshal(raw, &tokens[i]); err != nil {
			return nil, fmt.Errorf("added_tokens: %w", err)
		}
		special[tokens[i].Content] = tokens[i].Special
		f.ordinary = f.ordinary || !tokens[i].Special
	}
	if err := f.readVocab(special); err != nil {
		return nil, fmt.Errorf("model.vocab: %w", err)
	}
	if err := f.hideAdded(added, tokens); err != nil {
		return nil, fmt.Errorf("added_tokens: %w", err)
	}
	return f, nil
}

// hideAdded enters the added tokens among the pieces and gives the special ones
// another name in the file, as readUnigram does. A special token that a map of
// pieces has keeps its name, or it would get another id and shift those behind it;
// there the library's own switch for special tokens must do.
func (f *tokenizerFile) hideAdded(added []json.RawMessage, tokens []addedToken) error {
	for i, t := range tokens {
		known := int64(t.ID) < int64(len(f.pieces)) && f.pieces[t.ID] == t.Content
		if err := f.setPiece(t.ID, t.Content); err != nil {
			return err
		}
		if !t.Special || known && f.kind != "Unigram" {
			continue
		}
		var fields map[string]any
		if err := json.Unmarshal(added[i], &fields); err != nil {
			return err
		}
		fields["content"] = hidden(t.Content)
		added[i], _ = json.Marshal(fields) // it was JSON before
	}
	if added == nil {
		added = []json.RawMessage{}
	}
	var err error
	f.fields["added_tokens"], err = json.Marshal(added)
	return err
}

// hidden is the name of a special token for the library: no text has it, because
// text is handed over without NUL.
func hidden(piece string) string { return "\x00" + piece }

// readVocab reads the pieces and takes the special ones out of the reach of text.
func (f *tokenizerFile) readVocab(special map[string]bool) error {
	raw := bytes.TrimSpace(f.model["vocab"])
	json.Unmarshal(f.model["type"], &f.kind) // a file without it is older than the field
	switch {
	case len(raw) == 0:
		return errors.New("missing")
	case raw[0] == '[':
		return f.readUnigram(raw, special)
	}
	return f.readMap(raw)
}

// readUnigram reads [[piece, score], …]; the id is the index. The model looks for
// all its pieces in the text, "<mask>" too, so special ones get another name.
func (f *tokenizerFile) readUnigram(raw json.RawMessage, special map[string]bool) error {
	var vocab []json.RawMessage
	if err := json.Unmarshal(raw, &vocab); err != nil {
		return err
	}
	f.pieces = make([]string, len(vocab))
	for id, entry := range vocab {
		piece, rest, err := firstString(entry)
		if err != nil {
			return fmt.Errorf("entry %d: %w", id, err)
		}
		f.pieces[id] = piece
		if special[piece] {
			name, _ := json.Marshal(hidden(piece))
			vocab[id] = bytes.Join([][]byte{[]byte("["), name, rest}, nil)
		}
	}
	f.model["vocab"] = bytes.Join([][]byte{[]byte("["), bytes.Join(rawBytes(vocab), []byte(",")), []byte("]")}, nil)
	var unk *ID
	if err := json.Unmarshal(f.model["unk_id"], &unk); err == nil {
		f.unk = unk
	}
	f.kind = "Unigram"
	return nil
}

func rawBytes(raw []json.RawMessage) [][]byte {
	b := make([][]byte, len(raw))
	for i := range raw {
		b[i] = raw[i]
	}
	return b
}

// firstString takes ["piece", …] apart into piece and what follows it.
func firstString(entry []byte) (piece string, rest []byte, err error) {
	open := bytes.IndexByte(entry, '"')
	if open < 0 {
		return "", nil, errors.New("no piece")
	}
	for i := open + 1; i < len(entry); i++ {
		switch entry[i] {
		case '\\':
			i++
		case '"':
			if bytes.IndexByte(entry[open:i], '\\') < 0 {
				return string(entry[open+1 : i]), entry[i+1:], nil
			}
			err = json.Unmarshal(entry[open:i+1], &piece)
			return piece, entry[i+1:], err
		}
	}
	return "", nil, errors.New("piece without end")
}

// readMap reads {piece: id, …}, as WordPiece and BPE have it.
func (f *tokenizerFile) readMap(raw json.RawMessage) error {
	var vocab map[string]ID
	if err := json.Unmarshal(raw, &vocab); err != nil {
		return err
	}
	for piece, id := range vocab {
		if err := f.setPiece(id, piece); err != nil {
			return err
		}
	}
	var unk *string
	if err := json.Unmarshal(f.model["unk_token"], &unk); err == nil && unk != nil {
		if id, ok := vocab[*unk]; ok {
			f.unk = &id
		}
	}
	return nil
}

func (f *tokenizerFile) setPiece(id ID, piece string) error {
	if id >= maxIDs {
		return fmt.Errorf("id %d is beyond %d", id, maxIDs)
	}
	for int(id) >= len(f.pieces) {
		f.pieces = append(f.pieces, "")
	}
	f.pieces[id] = piece
	return nil
}

// forLibrary returns the file as the library is to read it: no truncation, no
// padding, special tokens under other names, and no normaliser if the caller does its work.
func (f *tokenizerFile) forLibrary(normalised bool) ([]byte, error) {
	null := json.RawMessage("null")
	f.fields["truncation"], f.fields["padding"] = null, null
	if normalised {
		f.fields["normalizer"] = null
	}
	var err error
	if f.fields["model"], err = json.Marshal(f.model); err != nil {
		return nil, err
	}
	return json.Marshal(f.fields)
}
