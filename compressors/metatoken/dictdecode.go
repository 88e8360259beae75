package metatoken

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// dictLayout is what decoding needs beside the text.
type dictLayout struct {
	Brief  bool   `json:"brief,omitempty"`
	Inline bool   `json:"inline,omitempty"`
	Sigil  string `json:"sigil,omitempty"` // of inline definitions; a legend begins with it
}

// layout is nil if there is nothing to know.
func (a *artifact) layout() []byte {
	l := dictLayout{Brief: a.brief, Inline: a.inline}
	if a.inline {
		l.Sigil = a.sigil
	}
	if l == (dictLayout{}) {
		return nil
	}
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // two flags and a string have no reason to fail
	}
	return b
}

// parseLayout takes what layout returns and nothing else.
func parseLayout(layout []byte) (artifact, error) {
	var l dictLayout
	if layout != nil && json.Unmarshal(layout, &l) != nil {
		return artifact{}, structure.ErrLayout
	}
	a := artifact{sigil: l.Sigil, brief: l.Brief, inline: l.Inline}
	if l.Inline != slices.Contains(sigils, l.Sigil) || string(a.layout()) != string(layout) {
		return artifact{}, structure.ErrLayout
	}
	return a, nil
}

// DecodeDict returns the text that [EncodeDict] made text of, which is at most limit bytes
// long. The errors are those of package structure. It takes time linear in text and limit.
func DecodeDict(text string, layout []byte, limit int) (string, error) {
	a, err := parseLayout(layout)
	if err != nil {
		return "", err
	}
	d := decoder{artifact: a, rest: text, limit: limit}
	if ok := d.head(); !ok {
		return "", structure.ErrText
	}
	if err := d.body(); err != nil {
		return "", err
	}
	return d.out.String(), nil
}

// decoder reads an artifact from its beginning to its end.
type decoder struct {
	artifact
	rest    string
	phrases []string
	used    int // how many of them, in order
	limit   int
	out     strings.Builder
}

// head reads all that stands before the text.
func (d *decoder) head() bool {
	if d.brief && !d.readBrief() {
		return false
	}
	return d.inline || d.readLegend()
}

func (d *decoder) readBrief() bool {
	for _, s := range sigils {
		if rest, ok := strings.CutPrefix(d.rest, DictBrief(s, d.inline)+"\n"); ok {
			ok = d.sigil == "" || d.sigil == s
			d.rest, d.sigil = rest, s
			return ok
		}
	}
	return false
}

func (d *decoder) readLegend() bool {
	if d.sigil == "" {
		i := slices.IndexFunc(sigils, func(s string) bool { return strings.HasPrefix(d.rest, s) })
		if i < 0 {
			return false
		}
		d.sigil = sigils[i]
	}
	rest, ok := strings.CutPrefix(d.rest, d.sigil+d.sigil)
	digits, rest, line := strings.Cut(rest, "\n")
	n, err := strconv.Atoi(digits)
	if !ok || !line || err != nil || n < 1 || n > mostLetters || strconv.Itoa(n) != digits {
		return false
	}
	d.rest = rest
	for range n {
		if !d.readRow() {
			return false
		}
	}
	return true
}

func (d *decoder) readRow() bool {
	rest, ok := strings.CutPrefix(d.rest, d.standIn(len(d.phrases))+"=")
	escaped, rest, line := strings.Cut(rest, "\n")
	if !ok || !line {
		return false
	}
	d.rest = rest
	phrase, n := unescape(escaped, "", "\\nr", "\\\n\r")
	return n == len(escaped) && d.define(phrase)
}

// define adds a phrase, unless it is none that may be one.
func (d *decoder) define(phrase string) bool {
	d.phrases = append(d.phrases, phrase)
	return phrase != "" && len(phrase) <= longestPhrase && !strings.Contains(phrase, d.sigil)
}

// body writes what is left, with the phrases for their stand-ins. Each phrase must be
// used, and first in the order of the letters.
func (d *decoder) body() error {
	for d.rest != "" {
		i := strings.Index(d.rest, d.sigil)
		if i < 0 {
			i = len(d.rest)
		}
		if !d.put(d.rest[:i]) {
			return structure.ErrLimit
		}
		if d.rest = d.rest[i:]; d.rest == "" {
			break
		}
		phrase, ok := d.readStandIn()
		if !ok {
			return structure.ErrText
		}
		if !d.put(phrase) {
			return structure.ErrLimit
		}
	}
	if d.used == 0 || d.used < len(d.phrases) {
		return structure.ErrText
	}
	return nil
}

func (d *decoder) put(s string) bool {
	if d.out.Len()+len(s) > d.limit {
		return false
	}
	d.out.WriteString(s)
	return true
}

// readStandIn reads a stand-in, and the definition behind it if it is the first inline.
func (d *decoder) readStandIn() (phrase string, ok bool) {
	d.rest = d.rest[len(d.sigil):]
	if d.rest == "" || d.rest[0] < 'A' || d.rest[0] >= 'A'+mostLetters {
		return "", false
	}
	row := int(d.rest[0] - 'A')
	d.rest = d.rest[1:]
	if d.inline && row == len(d.phrases) && !d.readInline() {
		return "", false
	}
	if row >= len(d.phrases) || row > d.used {
		return "", false
	}
	d.used = max(d.used, row+1)
	return d.phrases[row], true
}

func (d *decoder) readInline() bool {
	rest, ok := strings.CutPrefix(d.rest, "{")
	if !ok {
		return false
	}
	phrase, n := unescape(rest, "{}", "\\{}", "\\{}")
	if n == len(rest) || rest[n] != '}' {
		return false
	}
	d.rest = rest[n+1:]
	return d.define(phrase)
}

// unescape reads s up to the first character of stop that is not escaped, or to what is no
// escape, and returns how far it came. A backslash and from[i] stand for to[i].
func unescape(s, stop, from, to string) (string, int) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.IndexByte(stop, s[i]) >= 0:
			return b.String(), i
		case s[i] != '\\':
			b.WriteByte(s[i])
			continue
		}
		k := -1
		if i+1 < len(s) {
			k = strings.IndexByte(from, s[i+1])
		}
		if k < 0 {
			return b.String(), i
		}
		b.WriteByte(to[k])
		i++
	}
	return b.String(), len(s)
}
