package compat_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// evenToy is a toy scorer with a table of its own.
func evenToy(seed uint64) *toy {
	t := &toy{table: make([]float32, 1024), seed: seed, size: 1024, posn: 1}
	for i := range t.table {
		t.table[i] = float32(i) / 1023
	}
	return t
}

// FuzzCompress says that no request panics, that a request has one outcome, that
// every failure has a class, and that text comes out as text.
func FuzzCompress(f *testing.F) {
	compressors := []*compat.Compressor{tiny(f, compat.BERT, evenToy(1)), tiny(f, compat.XLMR, evenToy(2))}
	f.Add("The council will meet. \x00 10-minute break!", "Second one", "\n|.|s", 0.5, -1, uint16(0))
	f.Add("[NEW5] first [PAD] <mask> ##s \xff\xfe", "", "|NEW|]", 0.33, 3, uint16(0xFFFF))
	f.Add("\xffnot a piece\xff", "", "\xff|not a", 0.9, -1, uint16(0))
	f.Add("😀", "😀", "##s|the", 0.0, 0, uint16(0x2A5))
	f.Add(strings.Repeat("会议a", 300), "", "。", -3.5, 40, uint16(0x111))
	f.Fuzz(func(t *testing.T, one, two, force string, rate float64, target int, flags uint16) {
		req := compat.Defaults(one)
		if flags&1 != 0 {
			req = compat.Defaults(one, two)
		}
		req.Rate, req.TargetToken, req.ForceTokens = rate, target, strings.Split(force, "|")
		req.UseContextLevelFilter, req.UseTokenLevelFilter = flags&2 != 0, flags&4 == 0
		req.ForceReserveDigit, req.DropConsecutive, req.ReturnWordLabel = flags&8 != 0, flags&16 != 0, flags&32 != 0
		if flags&64 != 0 {
			req.TokenToWord = "first"
		}
		if flags&128 != 0 {
			req.ChunkEndTokens = req.ForceTokens
		}
		if flags&256 != 0 {
			req.ContextLevelRate, req.TargetContext = rate, target
		}
		c := compressors[flags>>9&1]
		res, err := c.Compress(context.Background(), req)
		again, err2 := c.Compress(context.Background(), req)
		if !reflect.DeepEqual(res, again) || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatal("two outcomes of one request")
		}
		var classed *pith.Error
		if err != nil && (!errors.As(err, &classed) || compat.ClassOf(err) == "") {
			t.Fatalf("error without a class: %v", err)
		}
		if !utf8.ValidString(string(res.CompressedPrompt)) || !utf8.ValidString(string(res.Labeled)) {
			t.Fatal("output is not UTF-8")
		}
	})
}

// TestContextsStandAlone says that a context's text depends neither on the
// others nor on how chunks fall into batches.
func TestContextsStandAlone(t *testing.T) {
	docs := pool(t)
	for name, family := range families {
		t.Run(name, func(t *testing.T) {
			c := tiny(t, family, evenToy(3))
			var texts []string
			for i := 8; i < 28; i++ { // more than 50 chunks
				texts = append(texts, string(docs[i][:7000]))
			}
			all := compat.Defaults(texts...)
			all.UseContextLevelFilter = false
			together, err := c.Compress(context.Background(), all)
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range texts {
				alone, err := c.Compress(context.Background(), compat.Defaults(text))
				if err != nil {
					t.Fatal(err)
				}
				if alone.CompressedPrompt != together.CompressedPromptList[i] {
					t.Errorf("context %d differs in company", i)
				}
			}
		})
	}
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	c := tiny(t, compat.BERT, evenToy(4))
	req := compat.Defaults(string(pool(t)[8][:3000]))
	want, err := c.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan compat.Result)
	for range 4 {
		go func() {
			r, _ := c.Compress(context.Background(), req)
			got <- r
		}()
	}
	for range 4 {
		if r := <-got; !reflect.DeepEqual(r, want) {
			t.Error("a concurrent result differs")
		}
	}
}

// broken is a scorer that fails or returns the wrong shape.
type broken struct{ err error }

func (b broken) KeepProbs(ctx context.Context, in []compat.Input) ([][]float32, error) {
	if b.err != nil {
		return nil, b.err
	}
	return make([][]float32, len(in)), ctx.Err()
}

func TestScorerFailures(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		err  error
		want pith.Code
	}{
		{"unclassed_error_is_internal", context.Background(), errors.New("out of memory"), pith.CodeInternal},
		{"classed_error_passes", context.Background(), &pith.Error{Code: pith.CodeUnavailable}, pith.CodeUnavailable},
		{"wrong_shape_is_internal", context.Background(), nil, pith.CodeInternal},
		{"ended_context_is_a_deadline", ended, nil, pith.CodeDeadline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tiny(t, compat.BERT, broken{tt.err})
			_, err := c.Compress(tt.ctx, compat.Defaults("The council will meet."))
			if pith.CodeOf(err) != tt.want || compat.ClassOf(err) != "" {
				t.Errorf("got %v, want code %s and no class", err, tt.want)
			}
		})
	}
}
