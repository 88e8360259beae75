package compat

import (
	"fmt"
	"strings"
	"testing"
)

const tinyJSON = `{"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1%s}},"added_tokens":[%s],
	"truncation":{"max_length":128},"padding":{"strategy":"x"},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true}}`

func TestPlaceholders(t *testing.T) {
	tests := []struct {
		name, vocab, added string
		zero, last         int64 // ids of [NEW0] and [NEW99]
	}{
		{"at_the_end", ``, ``, 2, 101},
		{"after_added_tokens", ``, `{"id":7,"content":"<x>"}`, 8, 107},
		{"added_inside_the_vocabulary", ``, `{"id":0,"content":"[UNK]"}`, 2, 101},
		{"one_is_there_already", ``, `{"id":2,"content":"[NEW0]"}`, 2, 101},
		{"one_is_an_ordinary_piece", `,"[NEW0]":2`, ``, 2, 101},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := fmt.Appendf(nil, tinyJSON, tt.vocab, tt.added)
			grown, err := WithPlaceholders(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range [][]byte{file, grown} {
				v, err := ParseVocabulary(f)
				if err != nil {
					t.Fatal(err)
				}
				zero, _ := v.ID("[NEW0]")
				last, _ := v.ID("[NEW99]")
				if zero != tt.zero || last != tt.last || v.Piece(last) != "[NEW99]" {
					t.Errorf("got ids %d and %d, want %d and %d", zero, last, tt.zero, tt.last)
				}
			}
			if s := string(grown); !strings.Contains(s, `"truncation":null`) || !strings.Contains(s, `"padding":null`) {
				t.Error("truncation or padding is left")
			}
		})
	}
}

func TestParseVocabularyErrors(t *testing.T) {
	for name, file := range map[string]string{
		"not_json":        `{`,
		"other_model":     `{"model":{"type":"BPE","vocab":{}},"decoder":{"type":"WordPiece","prefix":"##"}}`,
		"no_decoder":      `{"model":{"type":"WordPiece","vocab":{}}}`,
		"other_decoder":   `{"model":{"type":"WordPiece","vocab":{}},"decoder":{"type":"ByteLevel"}}`,
		"empty_entry":     `{"model":{"type":"Unigram","vocab":[[]]},"decoder":{"type":"Metaspace","replacement":"▁"}}`,
		"vocabulary_kind": `{"model":{"type":"Unigram","vocab":{"a":1}},"decoder":{"type":"Metaspace","replacement":"▁"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseVocabulary([]byte(file)); err == nil {
				t.Error("got no error")
			}
		})
	}
}
