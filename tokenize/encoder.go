package tokenize

import (
	"errors"
	"fmt"
	"sync"

	"github.com/daulet/tokenizers"
)

// ID is the number of a token in its vocabulary.
type ID = uint32

// Token is one token of a text; text[Start:End] is what it stands for. A token of a
// sentencepiece vocabulary takes in the white space in front of it.
type Token struct {
	ID         ID
	Start, End int // bytes, on borders of characters; Start <= End
}

// Encoder is the tokenizer of a model, read from a tokenizer.json. It is safe for
// concurrent use.
type Encoder struct {
	mu          sync.RWMutex // held while the library is in use; Close takes it whole
	lib         *tokenizers.Tokenizer
	pieces      *lexicon
	unk         *ID
	cut         cutter // nil: a text is encoded in one go
	own         bool   // the text is normalised here, not by lib
	normalizers sync.Pool
}

// NewEncoder reads a tokenizer.json. Its truncation and padding are ignored, and
// so is what it adds around a text: [Encoder.Encode] gives the tokens of the text
// alone.
func NewEncoder(tokenizerJSON []byte) (*Encoder, error) {
	f, err := parseTokenizer(tokenizerJSON)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer.json: %w", err)
	}
	steps, own, err := parseSteps(f.fields["normalizer"])
	if err != nil {
		return nil, fmt.Errorf("read tokenizer.json: normalizer: %w", err)
	}
	e := &Encoder{pieces: newLexicon(f.pieces), unk: f.unk, own: own}
	if own {
		e.cut = cutterFor(steps, f.fields["pre_tokenizer"])
	}
	if f.ordinary {
		e.cut = nil // an added token may lie across a cut
	}
	e.normalizers.New = func() any { return &normalizer{steps: steps} }
	data, err := f.forLibrary(own)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer.json: %w", err)
	}
	if e.lib, err = tokenizers.FromBytes(data, tokenizers.WithEncodeSpecialTokens()); err != nil {
		return nil, fmt.Errorf("load tokenizer: %w", err)
	}
	return e, nil
}

// Encode returns the tokens of text in the order of the text, none for "". Starts
// and ends never fall; tokens share a range where one character becomes several
// tokens. Any bytes will do: NUL is a character that no vocabulary has, and bytes
// that are not UTF-8 are the U+FFFD that stands for them. Characters that
// normalisation removes belong to the token in front of them if they touch it,
// else to none. Special tokens in the text are plain text.
//
// All this is tested for BertNormalizer and for the Precompiled normaliser of
// sentencepiece. With a normaliser that is not known here ranges are the library's:
// in order and on borders of characters, but a mark may be in no token.
func (e *Encoder) Encode(text string) ([]Token, error) {
	return e.EncodeParallel(text, 1)
}

// EncodeParallel is Encode with up to so many goroutines, which it waits for. It
// gives the same tokens. Texts below some 30 kB take one.
func (e *Encoder) EncodeParallel(text string, workers int) ([]Token, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.lib == nil {
		return nil, errors.New("tokenizer is closed")
	}
	starts := e.chunks(text)
	if workers = min(workers, len(starts)); workers > 1 {
		return e.spread(text, starts, workers)
	}
	tokens := make([]Token, 0, len(text)/4+1)
	n := e.normalizers.Get().(*normalizer)
	defer e.release(n)
	var err error
	for i := range starts {
		if tokens, err = e.encode(tokens, n, text, starts, i); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// spread encodes chunks on several goroutines.
func (e *Encoder) spread(text string, starts []int, workers int) ([]Token, error) {
	parts, errs := make([][]Token, len(starts)), make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			n := e.normalizers.Get().(*normalizer)
			defer e.release(n)
			for i := w; i < len(starts) && errs[w] == nil; i += workers {
				parts[i], errs[w] = e.encode(nil, n, text, starts, i)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	total := 0
	for _, p := range parts {
		total += len(p)
	}
	tokens := make([]Token, 0, total)
	for _, p := range parts {
		tokens = append(tokens, p...)
	}
	return tokens, nil
}

// release keeps n for later, unless a text that could not be cut made it large.
func (e *Encoder) release(n *normalizer) {
	if cap(n.a.text)+cap(n.b.text) <= 16*chunkBytes {
		e.normalizers.Put(n)
	}
}

// chunks returns where the chunks of text start.
func (e *Encoder) chunks(text string) []int {
	starts := []int{0}
	for at := 0; e.cut != nil && at+2*chunkBytes < len(text); {
		if at = e.cut(text, at+chunkBytes); at < len(text) {
			starts = append(starts, at)
		}
	}
	return starts
}

// encode appends the tokens of chunk i.
func (e *Encoder) encode(tokens []Token, n *normalizer, text string, starts []int, i int) ([]Token, error) {
	base, end := starts[i], len(text)
	if i+1 < len(starts) {
		end = starts[i+1]
	}
	a := n.run(text[base:end])
	if len(a.text) == 0 {
		return tokens, nil
	}
	norm := string(a.text)
	enc, err := e.lib.EncodeWithOptionsErr(norm, false, tokenizers.WithReturnOffsets())
	if err != nil {
		return nil, fmt.Errorf("encode %d bytes: %w", end-base, err)
	}
	for k, id := range enc.IDs {
		from, to := snap(norm, int(enc.Offsets[k][0]), int(enc.Offsets[k][1]))
		start, stop := a.span(from, to)
		tokens = append(tokens, Token{id, base + int(start), base + int(stop)})
	}
	return tokens, nil
}

// Piece returns the string of an id, as the vocabulary spells it ("##ing",
// "▁the"), or "".
func (e *Encoder) Piece(id ID) string { return e.pieces.piece(id) }

// ID returns the id of a piece, special ones included.
func (e *Encoder) ID(piece string) (ID, bool) { return e.pieces.id(piece) }

// Unknown returns the id that stands for what the vocabulary lacks, if there is one.
func (e *Encoder) Unknown() (ID, bool) {
	if e.unk == nil {
		return 0, false
	}
	return *e.unk, true
}

// VocabSize returns the number of ids, added tokens included: one more than the highest.
func (e *Encoder) VocabSize() int { return len(e.pieces.ends) }

// Close frees the tokenizer, after the calls that are in progress. Encode fails
// from then on.
func (e *Encoder) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lib != nil {
		e.lib.Close()
		e.lib = nil
	}
}
