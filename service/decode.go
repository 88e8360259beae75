package service

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pith-proxy/pith"
)

const (
	maxDepth  = 16      // levels of nesting; the contract needs 5
	maxValues = 500_000 // JSON values; one costs some 50 bytes once decoded
)

// decode reads one strict JSON document and validates it against s: no duplicate
// members, no invalid UTF-8, no lone surrogates, nothing after it. What it
// returns suits the generated models: whole numbers are int64, and a context
// that came as a string is an object with a text.
func decode(body []byte, s *openapi3.Schema) (any, error) {
	if err := checkShape(body); err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, syntaxError(err)
	}
	if err := validate(s, v); err != nil {
		return nil, err
	}
	return settle(v, ""), nil
}

// checkShape bounds what decoding may cost before it is begun: three bytes of
// JSON can become fifty of memory. It trusts nothing about the document and
// counts at least as many values as there are.
func checkShape(body []byte) error {
	depth, values := 0, 1
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i += stringEnd(body[i+1:])
		case '{', '[':
			if depth++; depth > maxDepth {
				return &pith.Error{Code: pith.CodeInvalid, Msg: fmt.Sprintf("the body may nest at most %d levels deep", maxDepth)}
			}
			values++
		case '}', ']':
			depth--
		case ',':
			values++
		}
		if values > maxValues {
			return &pith.Error{Code: pith.CodeTooLarge, Msg: fmt.Sprintf("the body may hold at most %d JSON values", maxValues)}
		}
	}
	return nil
}

// stringEnd returns how many bytes of b belong to a string that began just
// before b, its closing quote included.
func stringEnd(b []byte) int {
	for at := 0; ; {
		q := bytes.IndexByte(b[at:], '"')
		if q < 0 {
			return len(b)
		}
		at += q + 1
		escapes := 0
		for k := at - 2; k >= 0 && b[k] == '\\'; k-- {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
	}
}

// syntaxError says where the JSON broke. The decoder's own message may quote it.
func syntaxError(err error) error {
	var se *jsontext.SyntacticError
	if !errors.As(err, &se) {
		return &pith.Error{Code: pith.CodeInvalid, Msg: "the body is not valid JSON"}
	}
	switch {
	case errors.Is(se.Err, jsontext.ErrDuplicateName):
		return &pith.Error{Code: pith.CodeInvalid, Msg: fmt.Sprintf("an object has the same member twice, at byte %d", se.ByteOffset)}
	case errors.Is(se.Err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return &pith.Error{Code: pith.CodeInvalid, Msg: fmt.Sprintf("the JSON ends too early, at byte %d", se.ByteOffset)}
	}
	return &pith.Error{Code: pith.CodeInvalid,
		Msg: fmt.Sprintf("the body is not valid JSON at byte %d; it must be one document in UTF-8 without lone surrogates", se.ByteOffset)}
}

// settle makes a validated value fit the generated models. name is the member it
// is the value of.
func settle(v any, name string) any {
	switch v := v.(type) {
	case float64:
		if n := int64(v); float64(n) == v {
			return n
		}
	case map[string]any:
		for k, m := range v {
			v[k] = settle(m, k)
		}
	case []any:
		for i, m := range v {
			if text, ok := m.(string); ok && name == "contexts" {
				v[i] = map[string]any{"text": text}
				continue
			}
			v[i] = settle(m, "")
		}
	}
	return v
}

// A validated body hands the generated server the value that was validated, so
// that it is neither decoded twice nor read differently the second time. Reading
// it as bytes is a mistake in this program.
type validated struct{ value any }

func (b *validated) ValidatedValue() any {
	v := b.value
	b.value = nil // the texts outlive it; the tree need not
	return v
}

func (b *validated) Read([]byte) (int, error) {
	return 0, errors.New("the validated body does not fit the model")
}

func (b *validated) Close() error { return nil }
