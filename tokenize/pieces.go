package tokenize

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/daulet/tokenizers"
)

// PieceEncoder splits text as the tokenizers library does when it is left alone,
// which is what a program written against that library sees: special tokens in the
// text are recognised as such, and a piece is spelt as the text has it where the
// vocabulary does not know it. For anything else [Encoder] is the better choice.
// It is safe for concurrent use.
type PieceEncoder struct {
	mu  sync.RWMutex // held while the library is in use; Close takes it whole
	lib *tokenizers.Tokenizer
}

// NewPieceEncoder reads a tokenizer.json, its truncation and padding included.
func NewPieceEncoder(tokenizerJSON []byte) (*PieceEncoder, error) {
	lib, err := tokenizers.FromBytes(tokenizerJSON)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer: %w", err)
	}
	return &PieceEncoder{lib: lib}, nil
}

// Pieces returns the pieces of text, which is valid UTF-8, and adds none around
// it. NUL is left out: text crosses to the library as a string that NUL ends, and
// the normalisers of both families of LLMLingua-2 drop it anyway.
func (e *PieceEncoder) Pieces(text string) ([]string, error) {
	text = strings.ReplaceAll(text, "\x00", "")
	if text == "" {
		return nil, nil
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.lib == nil {
		return nil, errors.New("tokenizer is closed")
	}
	_, pieces, err := e.lib.EncodeErr(text, false)
	if err != nil {
		return nil, fmt.Errorf("encode %d bytes: %w", len(text), err)
	}
	return pieces, nil
}

// Close frees the tokenizer, after the calls that are in progress. Pieces fails
// from then on.
func (e *PieceEncoder) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lib != nil {
		e.lib.Close()
		e.lib = nil
	}
}
