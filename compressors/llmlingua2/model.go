package llmlingua2

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/tokenize"
)

// Scorer runs a token classifier. Implementations are safe for concurrent use.
type Scorer interface {
	// Score runs each window, a complete model input with its special tokens, and
	// calls each with its index and outputs: from any goroutine, once for each
	// window. The outputs are valid during the call only. On an error, or if ctx
	// ends first, it returns that and makes no further calls.
	Score(ctx context.Context, windows [][]tokenize.ID, each func(i int, out Output)) (Stats, error)
}

// Output is what the model says of one window of T tokens.
type Output struct {
	Logits  []float32 // T pairs: drop, keep
	Vectors []float32 // T vectors one after the other, or nil if the model has none
}

// Stats says where a scorer spent its time, summed over windows.
type Stats struct{ Queue, Model time.Duration }

// Encoder is the model's own tokenizer; see [tokenize.Encoder].
type Encoder interface {
	Encode(text string) ([]tokenize.Token, error)
	Unknown() (tokenize.ID, bool)
}

// Model is a token classifier and how to feed it.
type Model struct {
	Name    string
	Digest  string // of weights and tokenizer
	Numeric string // how its numbers come about; where it differs, they may
	Encoder Encoder
	Scorer  Scorer

	// Languages the model was measured on, ISO 639-1.
	Languages []string

	// Window is the most tokens of one model input, special tokens included.
	Window int
	// Start and End frame each window; Prefix follows Start in a window of text,
	// QuestionPrefix in a question.
	Start, End             tokenize.ID
	Prefix, QuestionPrefix []tokenize.ID

	// Dim is the length of a token's vector, 0 if the model gives none.
	Dim int
	// CosineFloor is the cosine of unrelated sentences: 0 for an encoder that
	// uses the whole range, 0.7 for one whose vectors crowd together.
	CosineFloor float64

	pace *pace // set when it is opened
}

func (m *Model) validate() error {
	switch {
	case m.Name == "":
		return errors.New("model has no name")
	case m.Encoder == nil || m.Scorer == nil:
		return fmt.Errorf("model %s: no encoder or no scorer", m.Name)
	case m.room() < 16:
		return fmt.Errorf("model %s: a window of %d tokens leaves no room for text", m.Name, m.Window)
	case m.CosineFloor < 0 || m.CosineFloor >= 1:
		return fmt.Errorf("model %s: cosine floor %v is not in [0, 1)", m.Name, m.CosineFloor)
	}
	return nil
}

// room is the most tokens of text in one window.
func (m *Model) room() int { return m.Window - 2 - len(m.Prefix) }

// frame puts the special tokens around tokens of text.
func (m *Model) frame(text []tokenize.Token) []tokenize.ID {
	ids := make([]tokenize.ID, 0, len(text)+2+len(m.Prefix))
	ids = append(ids, m.Start)
	ids = append(ids, m.Prefix...)
	for _, t := range text {
		ids = append(ids, t.ID)
	}
	return append(ids, m.End)
}
