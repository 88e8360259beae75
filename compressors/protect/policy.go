package protect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	pith "github.com/pith-proxy/pith"
)

// The classes of protected span.
const (
	Code        = "code"        // fenced blocks (an open one runs to the end), inline code
	Tags        = "tags"        // instruction blocks such as <system-reminder>, tags that are not HTML
	JSON        = "json"        // JSON objects, and arrays of strings or objects
	Tables      = "tables"      // rows of Markdown tables
	Headings    = "headings"    // Markdown headings
	Quotes      = "quotes"      // quotations within one line, up to maxQuote bytes
	URLs        = "urls"        // with a scheme, or www.
	Emails      = "emails"      // e-mail addresses
	Paths       = "paths"       // Unix and Windows file paths
	IDs         = "ids"         // UUIDs, hexadecimal digests, base64
	Dates       = "dates"       // dates and times of day
	Numbers     = "numbers"     // numbers with their sign, unit, currency or label; ranges
	Identifiers = "identifiers" // snake_case, camelCase, dotted.names, f(), --flags, $VAR, v1.2, GPT-4, #12, @name
	Negations   = "negations"   // "not", "never", "without" … in nine languages, with the word they negate
)

// Spans of the caller's own literals and patterns have these classes.
const (
	literalClass = "literal"
	patternClass = "pattern"
)

// Classes lists every class, in the order in which one is named for text that
// several claim from the same byte on.
var Classes = []string{
	Code, Tags, JSON, Tables, Headings, Quotes, URLs, Emails, Paths, IDs, Dates, Numbers, Identifiers, Negations,
}

// Default lists the classes of the service profile. Quotes are left out: in news
// and stories they are much of the text.
var Default = []string{
	Code, Tags, JSON, Tables, Headings, URLs, Emails, Paths, IDs, Dates, Numbers, Identifiers, Negations,
}

// A Span is the byte range [Start, End) of a text, and why it is protected.
type Span struct {
	Start, End int
	Class      string
}

// A Policy says what is protected. It is safe for concurrent use.
type Policy struct {
	on                             map[string]bool
	words                          bool // some class of single words is on
	urls, emails, paths, negations bool // as on, for the inner loop
	literals                       []string
	patterns                       []*regexp.Regexp
}

// NewPolicy returns a policy of the named classes, exact strings and
// expressions. nil classes are those of [Default], an empty slice is none. The
// error is a *pith.Error that points to the first unknown class or bad literal.
func NewPolicy(classes []string, literals []string, patterns []*regexp.Regexp) (*Policy, error) {
	if classes == nil {
		classes = Default
	}
	p := &Policy{on: map[string]bool{}, literals: literals, patterns: patterns}
	for i, c := range classes {
		if !slices.Contains(Classes, c) {
			return nil, pith.Invalid(fmt.Sprintf("/preserve/classes/%d", i),
				"unknown class; the classes are %s", strings.Join(Classes, ", "))
		}
		p.on[c] = true
	}
	for _, c := range []string{URLs, Emails, Paths, IDs, Dates, Numbers, Identifiers, Negations} {
		p.words = p.words || p.on[c]
	}
	p.urls, p.emails, p.paths, p.negations = p.on[URLs], p.on[Emails], p.on[Paths], p.on[Negations]
	for i, l := range literals {
		if l == "" || !utf8.ValidString(l) {
			return nil, pith.Invalid(fmt.Sprintf("/preserve/literals/%d", i),
				"a literal must be a non-empty UTF-8 string")
		}
	}
	return p, nil
}

// ParsePatterns compiles RE2 expressions within the limits of package pith. The
// error is a *pith.Error that points to the first bad one and does not quote it.
func ParsePatterns(patterns []string) ([]*regexp.Regexp, error) {
	if n := len(patterns); n > pith.MaxPatterns {
		return nil, pith.Invalid("/preserve/patterns", "at most %d patterns; got %d", pith.MaxPatterns, n)
	}
	var out []*regexp.Regexp
	for i, p := range patterns {
		param := fmt.Sprintf("/preserve/patterns/%d", i)
		if p == "" || len(p) > pith.MaxPatternBytes {
			return nil, pith.Invalid(param, "a pattern has 1 to %d bytes; got %d", pith.MaxPatternBytes, len(p))
		}
		re, err := regexp.Compile(p)
		if err != nil {
			e := pith.Invalid(param, "not an RE2 expression: %s", reason(err))
			e.Err = err
			return nil, e
		}
		out = append(out, re)
	}
	return out, nil
}

// Spans returns the protected spans of text: ascending, apart from each other,
// not empty, on rune borders. Spans that overlap or touch are one, of the class
// of the first. None ends inside a word, except in scripts without spaces.
func (p *Policy) Spans(text string) []Span {
	s := scanner{text: text, policy: p}
	s.blocks()
	s.inline()
	if p.words {
		s.scanWords()
	}
	s.literals()
	return s.finish()
}

// literals adds the spans of the caller's own strings and expressions.
func (s *scanner) literals() {
	for _, l := range s.policy.literals {
		for i := 0; ; {
			j := strings.Index(s.text[i:], l)
			if j < 0 {
				break
			}
			s.out = append(s.out, Span{i + j, i + j + len(l), literalClass})
			i += j + len(l)
		}
	}
	for _, re := range s.policy.patterns {
		for _, m := range re.FindAllStringIndex(s.text, -1) {
			if m[0] < m[1] {
				s.out = append(s.out, Span{m[0], m[1], patternClass})
			}
		}
	}
}
