package lossless

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json" // it stops at the first mistake
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/structure"
)

// Scheme names the recipes below. It changes when an older one can no longer be followed.
const Scheme = "lossless-1"

// MaxSource is the most bytes of a text that a recipe restores.
const MaxSource = 64 << 20

// Bounds on what the steps of a recipe write: each, as a multiple of the source, and all
// together. A text between two steps is hardly ever longer than the source.
const (
	slack   = 1 << 16 // bytes, beside the multiples
	maxStep = 2
	maxWork = 6
)

// worker follows recipes back within the bounds.
type worker struct{ step, left int }

// recipe says how a text was made, so that it can be undone from the end.
type recipe struct {
	Bytes  int    `json:"bytes"`  // of the source
	SHA256 string `json:"sha256"` // of the source, in hex

	Before []step `json:"before,omitempty"` // on the whole, before it was parted
	Parts  []part `json:"parts,omitempty"`  // none: one part without steps
	After  []step `json:"after,omitempty"`  // on the whole again
}

// part is a region of the text that was brought into a form by itself.
type part struct {
	Bytes int    `json:"n"` // of what came out
	Steps []step `json:"steps,omitempty"`
}

// step is a form that was used.
type step struct {
	Form   string         `json:"form"`
	Bytes  int            `json:"n"` // of what went in
	Layout jsontext.Value `json:"layout,omitempty"`
}

var errForeign = errors.New("foreign recipe")

// undo follows the recipe back.
func (r *recipe) undo(text string) (string, error) {
	w := worker{step: maxStep*r.Bytes + slack, left: maxWork*r.Bytes + slack}
	text, err := w.steps(r.After, text)
	if err != nil {
		return "", err
	}
	if len(r.Parts) > 0 {
		if text, err = w.parts(r.Parts, text); err != nil {
			return "", err
		}
	}
	return w.steps(r.Before, text)
}

func (w *worker) parts(parts []part, text string) (string, error) {
	var out []byte
	for i := range parts {
		p := &parts[i]
		if p.Bytes < 0 || p.Bytes > len(text) {
			return "", structure.ErrText
		}
		s, err := w.steps(p.Steps, text[:p.Bytes])
		if err != nil {
			return "", err
		}
		if len(out)+len(s) > w.step {
			return "", structure.ErrLimit
		}
		out = append(out, s...)
		text = text[p.Bytes:]
	}
	if text != "" {
		return "", structure.ErrText
	}
	return string(out), nil
}

func (w *worker) steps(steps []step, text string) (string, error) {
	for i := len(steps) - 1; i >= 0; i-- {
		s := &steps[i]
		f, ok := formNamed(s.Form)
		if !ok || f.decode == nil {
			return "", errForeign
		}
		if w.left -= s.Bytes; s.Bytes < 0 || s.Bytes > w.step || w.left < 0 {
			return "", structure.ErrLimit
		}
		var err error
		if text, err = f.decode(text, s.Layout, s.Bytes); err != nil {
			return "", err
		}
		if len(text) != s.Bytes {
			return "", structure.ErrText
		}
	}
	return text, nil
}

// maxObjects is the most steps, parts and objects in layouts of a recipe.
const maxObjects = 50_000

// modest reports whether a recipe can be read without much memory.
func modest(params []byte) bool {
	return len(params) <= MaxSource/2 && bytes.Count(params, []byte("{"))+bytes.Count(params, []byte("null")) <= maxObjects
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Decode restores the source of a text that a lossless method of this package changed.
// It returns the source byte for byte or an error: one of [pith.CodeMismatch] if text and
// decode do not belong together, of [pith.CodeInvalid] if decode is none of ours.
func Decode(text string, d pith.Decode) (string, error) {
	return DecodeClaiming(text, d, func(int) error { return nil })
}

// DecodeClaiming is [Decode] for a caller who holds memory to account: claim is told how
// many bytes the source has before any are made, and an error of it is returned as it is.
func DecodeClaiming(text string, d pith.Decode, claim func(bytes int) error) (string, error) {
	if d.Scheme != Scheme {
		return "", pith.Invalid("/decode/scheme", "no such scheme; this version of pith knows %s", Scheme)
	}
	var r recipe
	if !modest([]byte(d.Params)) || json.Unmarshal([]byte(d.Params), &r) != nil || r.Bytes < 0 || r.Bytes > MaxSource {
		return "", pith.Invalid("/decode/params", "these params are not from pith; pass them back as they came")
	}
	if err := claim(r.Bytes); err != nil {
		return "", err
	}
	source, err := undo(&r, text)
	switch {
	case errors.Is(err, errForeign), errors.Is(err, structure.ErrLayout):
		return "", pith.Invalid("/decode/params", "these params are not from pith; pass them back as they came")
	case err != nil || len(source) != r.Bytes || digest(source) != r.SHA256:
		return "", &pith.Error{Code: pith.CodeMismatch, Param: "/decode",
			Msg: "text and decode do not belong together, or the text was changed since; send both as they came"}
	}
	return source, nil
}

// Unchanged is the decode of a text that stayed as it was. It tells that text from others.
func Unchanged(text string) pith.Decode {
	o := encoding{recipe: recipe{Bytes: len(text), SHA256: digest(text)}}
	return pith.Decode{Scheme: Scheme, Params: o.params()}
}

// undo is recipe.undo of what may be anybody's.
func undo(r *recipe, text string) (source string, err error) {
	defer func() {
		if v := recover(); v != nil {
			source, err = "", fmt.Errorf("%w: %T", structure.ErrText, v)
		}
	}()
	return r.undo(text)
}
