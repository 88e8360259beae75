package eval

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// commonNames are keywords of the languages that code tasks are in, and names so common
// that finding them says nothing.
var commonNames = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		abstract and as assert async await base bool boolean break byte case catch chan char class const continue
		def default defer del delete do double elif else enum except exec export extends extern false False final
		finally float fn for foreach from func function global goto if impl implements import in instanceof int
		interface internal is lambda let lock long map match mod module mut namespace native new nil None nonlocal not
		null object operator or out override package params pass print private protected public pub raise range
		readonly ref return sealed select short sizeof static strictfp string struct super switch synchronized this
		throw throws trait transient true True try type typedef typeof uint ulong use using var virtual void volatile
		where while with yield
		args cls data dict exec get id int Integer isinstance item items key kwargs len list List main Map name obj
		Object result self set size str String tmp tuple val value values`) {
		m[w] = true
	}
	return m
}()

// eachName calls f with each identifier of code, numbers left out; words of comments and
// strings are identifiers, too.
func eachName(code string, f func(name string)) {
	start, number := -1, false
	end := func(i int) {
		if start >= 0 && !number {
			f(code[start:i])
		}
		start = -1
	}
	for i, r := range code {
		letter := r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.M, r) && start >= 0
		switch {
		case start < 0 && (letter || unicode.IsDigit(r)):
			start, number = i, !letter
		case start >= 0 && !letter && !unicode.IsDigit(r):
			end(i)
		}
	}
	end(len(code))
}

// statement returns a line of code without its strings and without a comment at its end,
// as far as a line by itself tells.
func statement(line string) string {
	var b strings.Builder
	var quote byte // that ends the string we are in
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
				b.WriteByte(' ')
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '#' || strings.HasPrefix(line[i:], "//") || strings.HasPrefix(line[i:], "/*"):
			return b.String()
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// needed returns the names of answer's first line that stand in material but not in query,
// each once and in their order. Keywords, [commonNames] and names of one character are left
// out: those nobody has to look up.
func needed(answer, material, query string) []string {
	answer, _, _ = strings.Cut(strings.TrimLeft(answer, "\n"), "\n")
	in, known := names(material), names(query)
	var out []string
	eachName(statement(answer), func(n string) {
		if in[n] && !known[n] && !commonNames[n] && utf8.RuneCountInString(n) > 1 {
			known[n] = true
			out = append(out, n)
		}
	})
	return out
}

func names(code string) map[string]bool {
	m := map[string]bool{}
	eachName(code, func(n string) { m[n] = true })
	return m
}
