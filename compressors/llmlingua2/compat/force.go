package compat

import (
	"fmt"
	"strings"
)

const maxForceTokens = 100 // max_force_token of the reference's llmlingua2_config

// swap is a force token and the placeholder that stands for it in a chunk.
type swap struct{ text, placeholder string }

// swaps are a call's token_map, in order of insertion.
type swaps []swap

// swaps maps every force token that is not exactly one piece. A repeated one
// keeps its place and takes the later index.
func (c *Compressor) swaps(force []string) (swaps, error) {
	var m swaps
	at := make(map[string]int)
	for i, t := range force {
		pieces, err := c.Tokenizer.Pieces(t)
		if err != nil {
			return nil, fmt.Errorf("tokenize force token %d: %w", i, err)
		}
		if len(pieces) == 1 {
			continue
		}
		if k, ok := at[t]; ok {
			m[k].placeholder = placeholder(i)
			continue
		}
		at[t] = len(m)
		m = append(m, swap{t, placeholder(i)})
	}
	return m, nil
}

// hide replaces force tokens by placeholders, one kind after the other, so that
// a later kind may break an earlier one's placeholder. An empty force token
// comes to stand between all characters.
func (m swaps) hide(text string) string {
	for _, s := range m {
		text = strings.ReplaceAll(text, s.text, s.placeholder)
	}
	return text
}

// restore replaces placeholders by force tokens, one kind after the other.
func (m swaps) restore(text string) string {
	for _, s := range m {
		text = strings.ReplaceAll(text, s.placeholder, s.text)
	}
	return text
}

// ends returns the pieces at which a long context may be cut.
func (m swaps) ends(tokens []string) map[string]bool {
	set := make(map[string]bool, 2*len(tokens))
	for _, t := range tokens {
		set[t] = true
	}
	for _, s := range m {
		if set[s.text] {
			set[s.placeholder] = true
		}
	}
	return set
}
