package compat

import (
	"fmt"
	"strings"

	"github.com/pith-proxy/pith"
)

const maxForceTokens = 100 // max_force_token of the reference's llmlingua2_config

// Replacements may lengthen the texts of a call by a share of their size, more
// than a placeholder for every character takes, and some bytes for small texts.
const (
	roomShare = 16
	roomFree  = 1 << 20
)

// swap is a force token and the placeholder that stands for it in a chunk.
type swap struct{ text, placeholder string }

// swaps are a call's token_map, in order of insertion.
type swaps struct {
	list []swap
	room int // bytes by which replacements may still lengthen the call's texts
}

// swaps maps every force token that is not exactly one piece. A repeated one
// keeps its place and takes the later index.
func (c *Compressor) swaps(force []string) (*swaps, error) {
	m := new(swaps)
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
			m.list[k].placeholder = placeholder(i)
			continue
		}
		at[t] = len(m.list)
		m.list = append(m.list, swap{t, placeholder(i)})
	}
	return m, nil
}

// hide replaces force tokens by placeholders, one kind after the other, so that
// a later kind may break an earlier one's placeholder. An empty force token
// comes to stand between all characters.
func (m *swaps) hide(text string) (string, error) {
	var err error
	for _, s := range m.list {
		if text, err = m.replace(text, s.text, s.placeholder); err != nil {
			return "", err
		}
	}
	return text, nil
}

// restore replaces placeholders by force tokens, one kind after the other.
func (m *swaps) restore(text string) (string, error) {
	var err error
	for _, s := range m.list {
		if text, err = m.replace(text, s.placeholder, s.text); err != nil {
			return "", err
		}
	}
	return text, nil
}

// replace is strings.ReplaceAll within the room that is left. Force tokens that
// name placeholders can multiply a text with every kind; the reference would run
// out of memory.
func (m *swaps) replace(text, old, by string) (string, error) {
	if more := len(by) - len(old); more > 0 {
		if m.room -= more * strings.Count(text, old); m.room < 0 {
			return "", &pith.Error{Op: "compat.Compress", Code: pith.CodeTooLarge, Param: "/force_tokens",
				Msg: "replacing the force tokens makes the text too long; send fewer or other ones"}
		}
	}
	return strings.ReplaceAll(text, old, by), nil
}

// ends returns the pieces at which a long context may be cut.
func (m *swaps) ends(tokens []string) map[string]bool {
	set := make(map[string]bool, 2*len(tokens))
	for _, t := range tokens {
		set[t] = true
	}
	for _, s := range m.list {
		if set[s.text] {
			set[s.placeholder] = true
		}
	}
	return set
}
