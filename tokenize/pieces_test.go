package tokenize

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestPieces(t *testing.T) {
	tests := map[string][]struct{ name, text, want string }{
		"tiny-bert-base-multilingual-cased": {
			{"empty", "", ""},
			{"only_nul", "\x00", ""},
			{"specials_are_recognised", "a [SEP][PAD] b", "a|[SEP]|[PAD]|b"},
			{"unknown", "a 🙂 b", "a|[UNK]|b"},
			{"nul_vanishes", "a\x00 b", "a|b"},
		},
		"tiny-xlm-roberta-large": {
			{"specials_are_recognised", "a<s>b", "▁a|<s>|▁|b"},
			{"unknown_as_the_text_has_it", "a 🙂", "▁a|▁|🙂"},
			{"nul_vanishes", "a\x00 b", "▁a|▁|b"},
		},
	}
	for model, cases := range tests {
		file, err := os.ReadFile(filepath.Join("..", "compressors", "llmlingua2", "compat", "testdata", model, "tokenizer.json"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewPieceEncoder(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range cases {
			t.Run(model+"/"+tt.name, func(t *testing.T) {
				got, err := e.Pieces(tt.text)
				if err != nil || strings.Join(got, "|") != tt.want {
					t.Errorf("got %q, %v; want %q", got, err, tt.want)
				}
			})
		}
		var wg sync.WaitGroup
		for range 8 { // closing waits for those inside; those after fail
			wg.Go(func() { e.Pieces("some text") })
		}
		e.Close()
		e.Close()
		wg.Wait()
		if _, err := e.Pieces("a"); err == nil {
			t.Error("a closed tokenizer works")
		}
	}
	if _, err := NewPieceEncoder([]byte("{}")); err == nil {
		t.Error("made from nothing")
	}
}
