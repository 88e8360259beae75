package arms

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/compressors/llmlingua2"
	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/onnx/models"
	"github.com/pith-proxy/pith/tokenize"
)

// scatter scores a token by a hash of its id and of the one before, so that no model has
// to be run for what it says to be uneven.
type scatter struct{}

func (scatter) Score(_ context.Context, windows [][]tokenize.ID, each func(int, llmlingua2.Output)) (llmlingua2.Stats, error) {
	for i, ids := range windows {
		logits := make([]float32, 2*len(ids))
		before := tokenize.ID(0)
		for t, id := range ids {
			h := uint32(id)*2654435761 + uint32(before)*40503
			logits[2*t+1] = float32(h>>8&1023)/128 - 4
			before = id
		}
		each(i, llmlingua2.Output{Logits: logits})
	}
	return llmlingua2.Stats{}, nil
}

// newStack has pith's own methods, all but the model real.
func newStack(t *testing.T) *compressors.Router {
	t.Helper()
	files, err := models.Find(models.Small, "", "")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := fs.ReadFile(files, "tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	enc, err := tokenize.NewEncoder(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(enc.Close)
	words, err := llmlingua2.New(llmlingua2.Options{Models: []llmlingua2.Source{{Name: "scatter", Languages: []string{"en"},
		Open: func(context.Context) (*llmlingua2.Model, error) {
			return &llmlingua2.Model{Name: "scatter", Encoder: enc, Scorer: scatter{}, Languages: []string{"en"}, Window: 512, Start: 101, End: 102}, nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(words.Close)
	lexical := longcodezip.NewLexical()
	code, err := longcodezip.New(longcodezip.Options{Counter: tokenize.CounterFor, Prefilter: lexical,
		Scorers: []longcodezip.Source{{Name: "bm25", Digest: lexical.Name(), Lexical: true,
			Open: func(context.Context) (longcodezip.Scorer, error) { return lexical, nil }}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(code.Close)
	exact := lossless.New(lossless.Options{ID: "lossless", Structure: true, Dict: true, Counter: tokenize.CounterFor})
	structure := lossless.New(lossless.Options{ID: "structure", Structure: true, Counter: tokenize.CounterFor})
	return compressors.NewRouter(compressors.Auto{Words: words, Lossless: structure, Code: code}, words, code, exact, structure,
		compressors.None{Counter: tokenize.CounterFor})
}

// bridge is prose about one thing, some 500 tokens long.
var bridge = strings.Repeat("The committee said on Tuesday that a new bridge over the river would open next spring, after years of delay. "+
	"Engineers had found that the older plans left little room for barges, and the city wants both ferries and trains to reach its northern quarter. "+
	"Mayor Holt, who was elected in 2019, called it \"the largest work since the war\"; critics <loudly> spoke of 41.5 million euros & more. "+
	"Größe and crossing 橋 were not agreed upon at https://example.org/bridge?a=1 until the harbour had been measured again.\n", 4)

const shapes = `package shapes

import "math"

// Circle is round.
type Circle struct{ Radius float64 }

// Area returns the area of the circle, in square metres.
func (c Circle) Area() float64 {
	if c.Radius < 0 {
		return 0
	}
	return math.Pi * c.Radius * c.Radius
}

// Rect has four sides.
type Rect struct{ Width, Height float64 }

// Area returns the area of the rectangle.
func (r Rect) Area() float64 {
	return r.Width * r.Height
}

// Name returns what people call it.
func (r Rect) Name() string {
	if r.Width == r.Height {
		return "square"
	}
	return "rectangle"
}
`

const minute = time.Minute
