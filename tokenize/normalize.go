package tokenize

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Normalisation is done here and not in the tokenizers library, because the
// library loses its place: a control character that its Precompiled normaliser
// removes at the start shifts every offset behind it, and combining marks that fold
// into a letter belong to no token.

// rawNormalizer is the "normalizer" of a tokenizer.json, as far as it is known here.
type rawNormalizer struct {
	Type        string            `json:"type"`
	Normalizers []json.RawMessage `json:"normalizers"`

	CleanText          *bool `json:"clean_text"`
	HandleChineseChars *bool `json:"handle_chinese_chars"`
	StripAccents       *bool `json:"strip_accents"`
	Lowercase          *bool `json:"lowercase"`

	Charsmap []byte `json:"precompiled_charsmap"`

	Pattern struct {
		String *string `json:"String"`
		Regex  *string `json:"Regex"`
	} `json:"pattern"`
	Content string `json:"content"`

	StripLeft  bool `json:"strip_left"`
	StripRight bool `json:"strip_right"`
}

// parseSteps reads a normalizer. ok is false if a part of it is not known here;
// then the library does all of it.
func parseSteps(raw json.RawMessage) (steps []step, ok bool, err error) {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil, true, nil
	}
	var n rawNormalizer
	if err := json.Unmarshal(raw, &n); err != nil {
		return nil, false, err
	}
	switch n.Type {
	case "Sequence":
		for _, part := range n.Normalizers {
			more, ok, err := parseSteps(part)
			if !ok || err != nil {
				return nil, false, err
			}
			steps = append(steps, more...)
		}
		return steps, true, nil
	case "Precompiled":
		c, err := newCharsmap(n.Charsmap)
		return []step{c}, err == nil, err
	case "BertNormalizer":
		return []step{n.bert()}, true, nil
	case "Strip":
		if n.StripRight && !n.StripLeft {
			return []step{trimStep{}}, true, nil
		}
	case "Replace":
		if n.Pattern.Regex != nil && *n.Pattern.Regex == " {2,}" {
			return []step{spacesStep{n.Content}}, true, nil
		}
		if n.Pattern.String != nil && *n.Pattern.String != "" {
			return []step{replaceStep{*n.Pattern.String, n.Content}}, true, nil
		}
	}
	return nil, false, nil
}

// bert fills in the defaults of the library: strip_accents goes with lowercase.
func (n *rawNormalizer) bert() bertStep {
	or := func(b *bool, unset bool) bool {
		if b == nil {
			return unset
		}
		return *b
	}
	lower := or(n.Lowercase, true)
	return bertStep{
		clean: or(n.CleanText, true), chinese: or(n.HandleChineseChars, true),
		strip: or(n.StripAccents, lower), lower: lower,
	}
}

// spacesStep puts one content for each run of two spaces or more.
type spacesStep struct{ content string }

func (s spacesStep) apply(in, out *aligned) {
	for i := 0; i < len(in.text); {
		j := i
		for j < len(in.text) && in.text[j] == ' ' {
			j++
		}
		switch {
		case j-i >= 2:
			from, to := in.span(i, j)
			out.put(s.content, from, to)
			i = j
		default:
			out.copyFrom(in, i, i+1)
			i++
		}
	}
}

// replaceStep replaces a string wherever it stands.
type replaceStep struct{ find, content string }

func (s replaceStep) apply(in, out *aligned) {
	text := string(in.text)
	for i := 0; i < len(text); {
		at := strings.Index(text[i:], s.find)
		if at < 0 {
			out.copyFrom(in, i, len(text))
			return
		}
		out.copyFrom(in, i, i+at)
		from, to := in.span(i+at, i+at+len(s.find))
		out.put(s.content, from, to)
		i += at + len(s.find)
	}
}

// trimStep takes white space off the end.
type trimStep struct{}

func (trimStep) apply(in, out *aligned) {
	end := len(bytes.TrimRightFunc(in.text, unicode.IsSpace))
	out.copyFrom(in, 0, end)
}

// normalizer runs the steps. It holds scratch space: one goroutine at a time.
type normalizer struct {
	steps []step
	a, b  aligned
}

// run returns the normalised text, without NUL, which would end a C string, and
// where it comes from. Both are good until the next run.
func (n *normalizer) run(source string) *aligned {
	in, out := &n.a, &n.b
	in.set(source)
	for _, s := range n.steps {
		out.reset()
		s.apply(in, out)
		in, out = out, in
	}
	for i, c := range in.text {
		if c == 0 {
			in.text[i] = standIn
		}
	}
	return in
}

// standIn takes the place of NUL: no more than NUL is it in a vocabulary.
const standIn = 0x01

// snap moves i..j, bytes of s, out to the borders of characters.
func snap(s string, i, j int) (int, int) {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	for j < len(s) && !utf8.RuneStart(s[j]) {
		j++
	}
	return i, j
}
