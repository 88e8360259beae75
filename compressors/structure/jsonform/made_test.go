package jsonform

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A maker makes JSON values and writes them in the style of some program, or of several.
type maker struct {
	*rand.Rand
	newline, indent, comma, colon string
	before                        string
	pad                           string
	escape                        func(string) string
	noise                         float64 // how often the style is broken
	out                           strings.Builder
}

// value is a JSON value that keeps order, duplicates and spelling.
type value struct {
	text    string // of a scalar; a string is not quoted yet
	kind    byte
	keys    []string
	members []value
}

var strange = []string{
	"", "a", "open", "Widget", "two words", " edge", "edge ", "two  spaces", "null", "true", "True", "NULL", "nan", "-Infinity",
	"1", "007", "1.5", "-0", "1e400", "+5", ".5", "5.", "0x1F", "1,000", "1_000", "2026-03-01", "1.2.3", "12:30:00", "5s", "--", "-", "- item",
	"key: value", "ends:", "a,b", "a|b", "a\tb", "[x]", "[1,2]", "{}", "]", "}", "a\"b", "\"", "\\", `C:\x`, "line\nbreak", "\r", "\x00\x1f\x7f",
	"é", "你好，世界", "😀 smile", "\u2028", "\u200b", "\ufeff", "\ufffd", "\u00a0", "<a href='x'>&amp;</a>", "https://example.com/a?b=c#d", "#", "?", "=", "a=b",
	strings.Repeat("9", 80), "/", "//", "caf\u0301",
}

var numbers = []string{"0", "-0", "1", "42", "1.0", "3.25", "1e400", "1E-7", "9007199254740993", "-12.50", "100000000000000000000"}

var names = []string{"id", "name", "status", "user", "login", "url", "created-at", "a b", "", "a.b", "x:y", "1", "true", "null", "naïve", "名前", "$ref", "q\"", "é,", "@type", "a/b", "-x", "é|"}

func (m *maker) scalar() value {
	switch m.IntN(8) {
	case 0:
		return value{kind: wordKind, text: []string{"true", "false", "null"}[m.IntN(3)]}
	case 1, 2:
		return value{kind: numberKind, text: numbers[m.IntN(len(numbers))]}
	case 3:
		return value{kind: numberKind, text: fmt.Sprint(m.IntN(5000))}
	}
	return value{kind: stringKind, text: strange[m.IntN(len(strange))]}
}

// any makes a value; records are frequent.
func (m *maker) any(depth int) value {
	switch n := m.IntN(10); {
	case depth == 0 || n < 3:
		return m.scalar()
	case n < 5:
		v := value{kind: '{'}
		for range m.IntN(5) {
			v.keys = append(v.keys, names[m.IntN(len(names))])
			v.members = append(v.members, m.any(depth-1))
		}
		return v
	case n < 6:
		v := value{kind: '['}
		for range m.IntN(5) {
			v.members = append(v.members, m.any(depth-1))
		}
		return v
	case n < 7:
		return m.records('{', depth)
	}
	return m.records('[', depth)
}

// records makes an array of records, or an object of them.
func (m *maker) records(kind byte, depth int) value {
	v := value{kind: kind}
	blank := m.like(depth)
	for range 1 + m.IntN(6) {
		v.members = append(v.members, m.fill(blank, depth))
		if kind == '{' {
			v.keys = append(v.keys, names[m.IntN(len(names))]+strange[m.IntN(len(strange))])
		}
	}
	return v
}

// like makes a record that others are like: a member that is a number may be missing, one
// that is a word is the same in all, strings vary.
func (m *maker) like(depth int) value {
	v := value{kind: '{'}
	for _, i := range m.Perm(len(names))[:1+m.IntN(6)] {
		v.keys = append(v.keys, names[i])
		switch m.IntN(6) {
		case 0:
			v.members = append(v.members, value{kind: numberKind})
		case 1:
			same := m.scalar()
			if m.IntN(4) == 0 {
				same = m.any(min(depth, 2))
			}
			v.members = append(v.members, value{kind: wordKind, members: []value{same}})
		case 2:
			if depth > 1 {
				v.members = append(v.members, m.like(depth-1))
				continue
			}
			fallthrough
		case 3:
			if depth > 1 {
				v.members = append(v.members, value{kind: '[', members: []value{m.like(0)}})
				continue
			}
			fallthrough
		default:
			v.members = append(v.members, value{kind: stringKind})
		}
	}
	return v
}

func (m *maker) fill(blank value, depth int) value {
	v := value{kind: '{'}
	for i, b := range blank.members {
		var of value
		switch b.kind {
		case numberKind:
			if m.IntN(3) == 0 {
				continue
			}
			of = m.scalar()
		case wordKind:
			of = b.members[0]
		case '{':
			if m.IntN(8) == 0 {
				continue
			}
			of = m.fill(b, depth)
		case '[':
			of.kind = '['
			for range m.IntN(4) {
				of.members = append(of.members, m.fill(b.members[0], 0))
			}
		default:
			if of = m.scalar(); m.IntN(16) == 0 {
				of = m.any(depth)
			}
		}
		v.keys = append(v.keys, blank.keys[i])
		v.members = append(v.members, of)
	}
	return v
}

// style chooses how to write.
func (m *maker) style() {
	pick := func(of ...string) string { return of[m.IntN(len(of))] }
	m.newline, m.indent, m.comma, m.colon, m.before, m.pad = "", "", "", "", "", ""
	switch m.IntN(3) {
	case 0:
		m.newline, m.indent, m.colon = pick("\n", "\r\n"), pick("  ", "    ", "\t", " ", ""), pick(" ", "")
		m.before = pick("", "", " ")
	case 1:
		m.comma, m.colon, m.pad = pick(" ", ""), pick(" ", ""), pick("", "", " ")
	}
	m.escape = spellers[m.IntN(len(spellers))]
	m.noise = []float64{0, 0, 0.01, 0.3}[m.IntN(4)]
}

// ascii escapes all beyond it, as Python does.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x7f {
			b.WriteRune(r)
		} else {
			b.Write(appendEscape(nil, r, lower))
		}
	}
	return b.String()
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func plainQuote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.NewReplacer(`\u2028`, "\u2028").Replace(strings.TrimSuffix(b.String(), "\n"))
}

// spellers write strings as Go, JavaScript, Python, PHP and .NET do.
var spellers = []func(string) string{
	quote,
	plainQuote,
	func(s string) string { return ascii(plainQuote(s)) },
	func(s string) string { return strings.ReplaceAll(ascii(plainQuote(s)), "/", `\/`) },
	func(s string) string {
		return strings.NewReplacer("<", `\u003C`, ">", `\u003E`, "&", `\u0026`, "'", `\u0027`, "+", `\u002B`, `\"`, `\u0022`).Replace(plainQuote(s))
	},
}

func (m *maker) gap(s string) {
	if m.Float64() < m.noise {
		s = []string{"", " ", "\n", "\t\t", "\r\n  ", "      "}[m.IntN(6)]
	}
	m.out.WriteString(s)
}

func (m *maker) write(v value, level int) {
	switch v.kind {
	case stringKind:
		escape := m.escape
		if m.Float64() < m.noise {
			escape = spellers[m.IntN(len(spellers))]
		}
		m.out.WriteString(escape(v.text))
		return
	case '{', '[':
	default:
		m.out.WriteString(v.text)
		return
	}
	m.out.WriteByte(v.kind)
	for i, of := range v.members {
		if i > 0 {
			m.out.WriteByte(',')
		}
		switch {
		case m.newline != "":
			m.gap(m.newline + strings.Repeat(m.indent, level+1))
		case i > 0:
			m.gap(m.comma)
		default:
			m.gap(m.pad)
		}
		if v.kind == '{' {
			m.out.WriteString(m.escape(v.keys[i]))
			m.gap(m.before)
			m.out.WriteByte(':')
			m.gap(m.colon)
		}
		m.write(of, level+1)
	}
	switch {
	case len(v.members) == 0:
		m.gap("")
	case m.newline != "":
		m.gap(m.newline + strings.Repeat(m.indent, level))
	default:
		m.gap(m.pad)
	}
	m.out.WriteByte(v.kind + 2)
}

// made returns a document or a stream that depends on the seed alone.
func made(seed uint64) string {
	m := maker{Rand: rand.New(rand.NewPCG(seed, 1))}
	m.style()
	if m.IntN(8) == 0 {
		m.out.WriteString(bom)
	}
	v := m.any(4)
	if m.IntN(2) == 0 {
		v = m.records([]byte("{[")[m.IntN(2)], 3)
	}
	if v.kind == '[' && m.IntN(3) == 0 { // a stream
		for _, of := range v.members {
			m.write(of, 0)
			m.out.WriteString([]string{"\n", "\n", "\n", "\r\n", "\n\n", " "}[m.IntN(6)])
		}
		return m.out.String()
	}
	m.write(v, 0)
	m.gap([]string{"", "\n"}[m.IntN(2)])
	return m.out.String()
}
