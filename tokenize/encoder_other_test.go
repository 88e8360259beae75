package tokenize

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// byteLevel is a BPE of the 256 bytes, spelled as GPT-2 does, without merges.
func byteLevel(t *testing.T) string {
	t.Helper()
	vocab, extra := map[string]int{}, rune(256)
	for b := range rune(256) {
		if b >= '!' && b <= '~' || b >= '¡' && b <= '¬' || b >= '®' {
			vocab[string(b)] = int(b)
		} else {
			vocab[string(extra)] = int(b)
			extra++
		}
	}
	raw, err := json.Marshal(vocab)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"version":"1.0","truncation":null,"padding":null,"normalizer":null,"post_processor":null,"decoder":null,
		"added_tokens":[{"id":256,"content":"<end>","special":true,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false},
			{"id":257,"content":"\t\t","special":false,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false}],
		"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false},
		"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
			"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":%s,"merges":[]}}`, raw)
}

// wordPiece has a normaliser that is not known here, and a truncation and padding.
const wordPiece = `{"version":"1.0",
	"truncation":{"direction":"Right","max_length":2,"strategy":"LongestFirst","stride":0},
	"padding":{"strategy":{"Fixed":9},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},
	"normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"WhitespaceSplit"},"post_processor":null,"decoder":null,"added_tokens":[],
	"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
		"vocab":{"[PAD]":0,"[UNK]":1,"é":2,"x":3,"##y":4}}}`

func TestOtherTokenizers(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"bytes_share_their_character", byteLevel(t), "aé", "a=a|Ã=é|©=é"},
		{"special_is_text", byteLevel(t), "<end>", "<=<|e=e|n=n|d=d|>=>"},
		{"ordinary_added_token", byteLevel(t), "a\t\tb", "a=a|\t\t=\t\t|b=b"},
		{"nul_and_bad_bytes", byteLevel(t), "\x00a\xffb", "ā=\x00|a=a|ï=\xff|¿=\xff|½=\xff|b=b"},
		{"no_truncation_no_padding", wordPiece, "x x x x", "x=x|x=x|x=x|x=x"},
		{"normaliser_of_the_library", wordPiece, "\xff e\u0301 xy", "[UNK]=\xff|é=e|x=x|##y=y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := NewEncoder([]byte(c.file))
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			toks := encode(t, e, c.text)
			ordered(t, c.name, c.text, toks)
			if got := show(e, c.text, toks); got != c.want {
				t.Errorf("%q:\n got %q\nwant %q", c.text, got, c.want)
			}
			long := strings.Repeat(c.text+" ", 30000)
			ordered(t, c.name, long, encode(t, e, long))
		})
	}
}
