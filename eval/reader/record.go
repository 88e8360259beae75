package reader

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// A line is an entry in a call's file: how it stands, and at last its answer. Lines are
// only ever added, and the last whole one holds. In the file each is
//
//	pith call 2 SHA256-OF-THE-JSON JSON
//
// so that a torn one is known. It holds no prompt, only the digest, by which a file under
// another's name is known too.
type line struct {
	Digest string  `json:"digest"`
	Asked  string  `json:"asked"`               // the model that was asked
	Field  string  `json:"field,omitempty"`     // that bounds the answer's tokens, as it was sent
	Input  float64 `json:"input"`               // dollars for a million tokens
	Output float64 `json:"output"`              // likewise; with Input 0: no prices were given
	Prompt int     `json:"prompt_tokens"`       // of one try, as we count them
	Most   int     `json:"max_tokens"`          // of its answer; 0: as many as the vendor likes
	Worst  pico    `json:"worst_pico"`          // the most that one try may cost
	Doubt  doubt   `json:"doubt"`               // of the tries that came to no answer, and of one about to be made
	Cost   pico    `json:"cost_pico,omitempty"` // of the answer, when it was bought
	Answer *record `json:"answer,omitempty"`
}

func (l line) unpriced() bool { return l.Input == 0 && l.Output == 0 }

// answer of a line that has one.
func (l line) answer() Answer {
	r := l.Answer
	return Answer{
		Text: r.Text, Finish: r.Finish, Model: r.Model,
		PromptTokens: r.PromptTokens, CachedTokens: r.CachedTokens, CompletionTokens: r.CompletionTokens,
		Estimated: r.Estimated, Took: r.Took, InDoubt: l.Doubt.Calls > 0, Stored: true,
	}
}

// doubt is calls that came to no answer and may have been charged.
type doubt struct {
	Calls   int  `json:"calls"`
	Pico    pico `json:"pico"`              // the most that they cost, but for those of
	Unknown int  `json:"unknown,omitempty"` // Calls without prices, or of a version that noted none
}

// plus is with one call more, of which priced tells whether worst is known.
func (d doubt) plus(worst pico, priced bool) doubt {
	d.Calls++
	if priced {
		d.Pico += worst
	} else {
		d.Unknown++
	}
	return d
}

// most is what the calls cost at most, with worst for each that nobody knows of.
func (d doubt) most(worst pico) pico { return d.Pico + pico(d.Unknown)*worst }

// priced is with nothing unknown.
func (d doubt) priced(worst pico) doubt { return doubt{Calls: d.Calls, Pico: d.most(worst)} }

// record is an answer as it is stored.
type record struct {
	Model            string        `json:"model"`
	Text             string        `json:"text"`
	Finish           string        `json:"finish"`
	PromptTokens     int           `json:"prompt_tokens"`
	CachedTokens     int           `json:"cached_tokens"`
	CompletionTokens int           `json:"completion_tokens"`
	Estimated        bool          `json:"estimated,omitempty"`
	Took             time.Duration `json:"took_ns"`
}

func newRecord(a Answer) *record {
	return &record{
		Model: a.Model, Text: a.Text, Finish: a.Finish,
		PromptTokens: a.PromptTokens, CachedTokens: a.CachedTokens, CompletionTokens: a.CompletionTokens,
		Estimated: a.Estimated, Took: a.Took,
	}
}

const lineMagic = "pith call 2 "

func (l line) encode() ([]byte, error) {
	body, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	head := lineMagic + hex.EncodeToString(sum[:]) + " "
	return append(append([]byte(head), body...), '\n'), nil
}

// decodeLine reads one line of d's file, without its end.
func decodeLine(d digest, text []byte) (l line, ok bool) {
	const head = len(lineMagic) + 2*sha256.Size
	if len(text) <= head || text[head] != ' ' {
		return line{}, false
	}
	body := text[head+1:]
	sum := sha256.Sum256(body)
	ok = string(text[:head]) == lineMagic+hex.EncodeToString(sum[:]) && json.Unmarshal(body, &l) == nil && l.Digest == d.String()
	if !ok {
		return line{}, false
	}
	return l, true
}

// lastLine returns the last whole line in d's file, and where it ends; 0 if there is none.
func lastLine(d digest, file []byte) (last line, end int) {
	if old := bytes.TrimRight(file, "\x00"); bytes.HasPrefix(old, []byte(oldMagic)) {
		if l, ok := decodeOld(d, old); ok {
			return l, len(old)
		}
	}
	for at := 0; ; {
		n := bytes.IndexByte(file[at:], '\n')
		if n < 0 {
			return last, end
		}
		if l, ok := decodeLine(d, file[at:at+n]); ok {
			last, end = l, at+n+1
		}
		at += n + 1
	}
}

// decodeAnswer returns the line with the answer in d's file. Without one, or with
// anything behind it, the file is damaged; ok is false then, and the line's doubt is
// what is known to have been paid for it.
func decodeAnswer(d digest, file []byte) (l line, ok bool) {
	l, end := lastLine(d, file)
	switch {
	case end == 0:
		return line{Digest: d.String(), Doubt: unknownCall}, false
	case l.Answer == nil:
		return l, false
	case end < len(file):
		l.Doubt, l.Answer = l.Doubt.plus(l.Cost, !l.unpriced()), nil
		return l, false
	}
	return l, true
}

// unknownCall is what is known of a call whose file tells nothing.
var unknownCall = doubt{Calls: 1, Unknown: 1}
