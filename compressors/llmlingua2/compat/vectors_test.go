package compat_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// script plays tokenizer and scorer for one chunk that was written by hand.
type script struct {
	text, force []string
	probs       []float32
}

func (s *script) Pieces(text string) ([]string, error) {
	for _, f := range s.force { // force tokens are tokenized alone first
		if text == f {
			return s.alone(f), nil
		}
	}
	return s.text, nil
}

func (s *script) alone(f string) []string {
	if strings.TrimSpace(f) == "" {
		return nil
	}
	return []string{f}
}

func (s *script) KeepProbs(context.Context, []compat.Input) ([][]float32, error) {
	return [][]float32{s.probs}, nil
}

// read parses "piece[prob] piece[prob] …".
func (s *script) read(tb testing.TB, line string) {
	for _, f := range strings.Fields(line) {
		i := strings.LastIndexByte(f, '[')
		p, err := strconv.ParseFloat(f[i+1:len(f)-1], 32)
		if err != nil {
			tb.Fatal(err)
		}
		s.text, s.probs = append(s.text, f[:i]), append(s.probs, float32(p))
	}
}

// vocabulary makes a tokenizer.json of the pieces.
func (s *script) vocabulary(tb testing.TB, f compat.Family) *compat.Vocabulary {
	pieces := append([]string{"<unk>", "[UNK]"}, s.text...)
	unigram, wordPiece := [][]any{}, map[string]int{}
	for _, p := range pieces {
		if _, ok := wordPiece[p]; !ok {
			wordPiece[p] = len(wordPiece)
		}
		if p != "[CLS]" && p != "[SEP]" { // XLM-R has neither
			unigram = append(unigram, []any{p, 0})
		}
	}
	model := map[string]any{"type": "WordPiece", "vocab": wordPiece}
	dec := map[string]any{"type": "WordPiece", "prefix": "##", "cleanup": true}
	if f == compat.XLMR {
		model = map[string]any{"type": "Unigram", "vocab": unigram}
		dec = map[string]any{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}
	}
	file, err := json.Marshal(map[string]any{"model": model, "decoder": dec})
	if err != nil {
		tb.Fatal(err)
	}
	v, err := compat.ParseVocabulary(file)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

const (
	xlmrChunk = `[CLS][.5] ▁John[.9] :[.6] ▁we[.1] ▁need[.3] ▁10[.2] -[.4] minute[.8] ▁break[.7] s[.5] .[.05]
		[NEW0][.02] [NEW0][.03] ▁Sarah[.85] ▁agree[.75] d[.25] ![.15] [SEP][.5]`
	bertChunk = `[CLS][.5] John[.9] :[.6] we[.1] need[.3] 10[.2] -[.4] minute[.8] break[.7] ##s[.5] .[.05]
		[UNK][.99] Sarah[.85] '[.65] s[.75] agree[.55] ##d[.25] ![.15] [SEP][.5]`
)

// TestVectors has chunks small enough to follow by hand. They were made with the
// reference under NumPy 2.2.4.
func TestVectors(t *testing.T) {
	tests := []struct {
		name       string
		family     compat.Family
		chunk      string
		set        func(*compat.Request)
		thresholds []float64
		words      string
		want       string
	}{
		{"newline_stop_and_digits_forced", compat.XLMR, xlmrChunk,
			func(r *compat.Request) { r.ForceTokens, r.ForceReserveDigit = []string{"\n", "."}, true },
			[]float64{0.6000000238418579}, "John : we need 10 -minute breaks . \n \n Sarah agreed !", "John 10.\n\n Sarah"},
		{"consecutive_newlines_dropped", compat.XLMR, xlmrChunk,
			func(r *compat.Request) {
				r.ForceTokens, r.ForceReserveDigit, r.DropConsecutive = []string{"\n", "."}, true, true
			},
			[]float64{0.6000000238418579, 0.6000000238418579}, "", "John 10.\n Sarah"},
		{"unused_placeholders_continue_words", compat.XLMR, xlmrChunk, func(*compat.Request) {},
			[]float64{float64(float32(0.36399996))}, "John : we need 10 -minute breaks .[NEW0][NEW0] Sarah agreed !",
			"John:-minute breaks Sarah agreed"},
		{"first_piece_speaks_for_the_word", compat.XLMR, xlmrChunk,
			func(r *compat.Request) { r.TokenToWord = "first" },
			[]float64{float64(float32(0.332))}, "", "John:-minute breaks Sarah agreed"},
		{"unknown_piece_vanishes", compat.BERT, bertChunk, func(*compat.Request) {},
			[]float64{float64(float32(0.53))}, "", "John : minute breaks Sarah ' s"},
		{"forced_continuation_glues_to_the_number", compat.BERT, bertChunk,
			func(r *compat.Request) {
				r.Rate, r.ForceTokens, r.ForceReserveDigit = 0.33, []string{"s", "."}, true
			},
			[]float64{0.893999981880188}, "John : we need 10 - minute break ##s . Sarah ' s agreed !", "John 10s. s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{}
			s.read(t, tt.chunk)
			vocab := s.vocabulary(t, tt.family)
			s.text = s.text[1 : len(s.text)-1] // the frame is the compressor's to add
			c, err := compat.New(compat.Options{Family: tt.family, Vocabulary: vocab, Tokenizer: s, Scorer: s, Counter: cl100k(t)})
			if err != nil {
				t.Fatal(err)
			}
			var thresholds []float64
			c.Watch(func(th float64) { thresholds = append(thresholds, th) })
			req := compat.Defaults("the script's")
			req.ReturnWordLabel, req.WordSep, req.LabelSep = true, " ", "\x00"
			tt.set(&req)
			s.force = req.ForceTokens
			res, err := c.Compress(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(res.CompressedPrompt); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			words := strings.NewReplacer("\x000", "", "\x001", "").Replace(string(res.Labeled))
			if tt.words != "" && words != tt.words {
				t.Errorf("words %q, want %q", words, tt.words)
			}
			if len(thresholds) != len(tt.thresholds) || thresholds[len(thresholds)-1] != tt.thresholds[len(thresholds)-1] {
				t.Errorf("thresholds %v, want %v", thresholds, tt.thresholds)
			}
		})
	}
}
