package compat_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daulet/tokenizers"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

var folders = map[compat.Family]string{
	compat.BERT: "tiny-bert-base-multilingual-cased",
	compat.XLMR: "tiny-xlm-roberta-large",
}

// families pairs the families with the names their golden files go by.
var families = map[string]compat.Family{"bert": compat.BERT, "xlmr": compat.XLMR}

// rust is the tokenizer the reference uses too.
type rust struct{ t *tokenizers.Tokenizer }

func (r rust) Pieces(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	// The text crosses to C as a string that NUL ends; both normalizers drop it.
	_, pieces, err := r.t.EncodeErr(strings.ReplaceAll(text, "\x00", ""), false)
	return pieces, err
}

// tiny returns a compressor with the tokenizer of a tiny model.
func tiny(tb testing.TB, f compat.Family, s compat.Scorer) *compat.Compressor {
	tb.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", folders[f], "tokenizer.json"))
	if err != nil {
		tb.Fatal(err)
	}
	vocab, err := compat.ParseVocabulary(file)
	if err != nil {
		tb.Fatal(err)
	}
	if file, err = compat.WithPlaceholders(file); err != nil {
		tb.Fatal(err)
	}
	t, err := tokenizers.FromBytes(file)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	c, err := compat.New(compat.Options{Family: f, Vocabulary: vocab, Tokenizer: rust{t}, Scorer: s, Counter: cl100k(tb)})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// toy repeats the scores of ToyModel in recipe/reference.py.
type toy struct {
	table            []float32
	seed, size, posn uint64
}

func (t *toy) KeepProbs(_ context.Context, in []compat.Input) ([][]float32, error) {
	out := make([][]float32, len(in))
	for i, x := range in {
		var active uint64
		for _, m := range x.Mask {
			active += uint64(m)
		}
		out[i] = make([]float32, len(x.IDs))
		for j, id := range x.IDs {
			h := uint64(id)*0x9E3779B1 + t.posn*(uint64(j)*0x85EBCA77+active*0xC2B2AE3D)
			h = (h + t.seed*0x27D4EB2F) & math.MaxUint32
			h ^= h >> 15
			h = h * 0x2C1B3C6D & math.MaxUint32
			h ^= h >> 12
			h = h * 0x297A2D39 & math.MaxUint32
			h ^= h >> 15
			out[i][j] = t.table[h%t.size]
		}
	}
	return out, nil
}

// lines calls each for every line of a compressed golden file.
func lines(tb testing.TB, name string, each func(n int, line []byte)) {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	r := bufio.NewReader(z)
	for n := 0; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			tb.Fatal(err)
		}
		each(n, line)
	}
}

func parse(tb testing.TB, line []byte, into any) {
	tb.Helper()
	if err := json.Unmarshal(line, into); err != nil {
		tb.Fatal(err)
	}
}

// pool returns the documents that golden cases cut their contexts from.
func pool(tb testing.TB) [][]rune {
	var docs [][]rune
	lines(tb, "pool.jsonl.gz", func(n int, line []byte) {
		if n == 0 {
			return
		}
		var s string
		parse(tb, line, &s)
		docs = append(docs, []rune(s))
	})
	return docs
}
