package jieba

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A literal reads the one form of Python the tables are in: P = {key: value, ...} with
// strings for keys and numbers or further such tables for values.
type literal struct {
	text string
	at   int
	put  func(keys []string, v float64) error
}

// parseTable calls put for each number in a table of tables of the given depth, with its
// keys from the outermost. Lines before the table are passed over.
func parseTable(text string, depth int, put func(keys []string, v float64) error) error {
	p := &literal{text: text, put: put}
	if !strings.HasPrefix(text, "P") {
		p.at = strings.Index(text, "\nP") + 1
	}
	err := p.assignment(depth)
	if err != nil {
		return fmt.Errorf("byte %d: %w", p.at, err)
	}
	return nil
}

func (p *literal) assignment(depth int) error {
	if !p.take("P") || !p.take("=") {
		return errors.New("want P={...}")
	}
	if err := p.table(nil, depth); err != nil {
		return err
	}
	p.space()
	if p.at != len(p.text) {
		return errors.New("want the end of the file")
	}
	return nil
}

func (p *literal) table(keys []string, depth int) error {
	if !p.take("{") {
		return errors.New("want a table")
	}
	for !p.take("}") {
		key, err := p.str()
		if err != nil {
			return err
		}
		if !p.take(":") {
			return errors.New("want a colon")
		}
		if err := p.value(append(keys, key), depth-1); err != nil {
			return err
		}
		if !p.take(",") && !strings.HasPrefix(p.text[p.at:], "}") {
			return errors.New("want a comma or }")
		}
	}
	return nil
}

func (p *literal) value(keys []string, depth int) error {
	if depth > 0 {
		return p.table(keys, depth)
	}
	p.space()
	n := prefix(p.text[p.at:], func(r rune) bool { return isDigit(r) || strings.ContainsRune("+-.eE", r) })
	v, err := strconv.ParseFloat(p.text[p.at:p.at+n], 64)
	if err != nil {
		return errors.New("want a number")
	}
	p.at += n
	return p.put(keys, v)
}

// str reads a string in single or double quotes. Of escapes it knows \uXXXX only.
func (p *literal) str() (string, error) {
	p.space()
	quote := p.text[p.at:min(p.at+1, len(p.text))]
	if quote != "'" && quote != `"` {
		return "", errors.New("want a string")
	}
	body, _, ok := strings.Cut(p.text[p.at+1:], quote)
	if !ok {
		return "", errors.New("want the end of a string")
	}
	s, err := unescape(body)
	if err != nil {
		return "", err
	}
	p.at += len(body) + 2
	return s, nil
}

func unescape(s string) (string, error) {
	var out []byte
	for len(s) > 0 {
		if s[0] != '\\' {
			out, s = append(out, s[0]), s[1:]
			continue
		}
		if len(s) < 6 || s[1] != 'u' {
			return "", errors.New(`want no escape but \uXXXX`)
		}
		r, err := strconv.ParseUint(s[2:6], 16, 16)
		if err != nil {
			return "", errors.New(`want four hexadecimal digits after \u`)
		}
		out, s = utf8.AppendRune(out, rune(r)), s[6:]
	}
	return string(out), nil
}

func (p *literal) take(token string) bool {
	p.space()
	if !strings.HasPrefix(p.text[p.at:], token) {
		return false
	}
	p.at += len(token)
	p.space()
	return true
}

func (p *literal) space() {
	p.at += len(p.text[p.at:]) - len(strings.TrimLeft(p.text[p.at:], " \t\r\n"))
}
