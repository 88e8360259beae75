// Package tokenize turns text into tokens. It has two kinds of tokenizer:
//
// An [Encoder] is the vocabulary of a model that runs in this process. It gives
// the id of each token and the bytes of the source text the token stands for.
//
// A [Counter] says how many tokens a text costs a model that runs elsewhere.
//
//	enc, err := tokenize.NewEncoder(tokenizerJSON)
//	toks, err := enc.Encode("text of any kind")
//
//	ctr, err := tokenize.CounterFor("gpt-4o")
//	n := ctr.Count("text of any kind")
//
// Both take any bytes. Strings that look like special tokens ("[SEP]",
// "<|endoftext|>") are ordinary text to both. The package decodes nothing.
//
// An Encoder runs the tokenizers library (C), but normalises text itself, so that
// offsets stay right. Counters are Go: both libraries that were tried agree
// with tiktoken, but count some 3 MB/s, one of them in the square of a long
// word. The ranks come from github.com/pkoukk/tiktoken-go-loader, checked by digest.
package tokenize
