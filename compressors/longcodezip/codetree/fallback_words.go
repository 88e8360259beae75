package codetree

import (
	"regexp"
	"strings"
)

// closers begin lines that close a body, or stand between two bodies of one statement.
var closers = wordSet(`end endif endfor endwhile endfunction endfunc endclass endmodule endtask endcase endef
	endtry endmacro endforeach endgenerate endpackage endinterface endprogram endproperty endsubroutine
	fi done esac else elif elsif elseif catch rescue ensure except finally then do begin where until wend`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// closer says whether a line belongs to what stands above it at the same level. In data
// only brackets do.
func closer(body string, data bool) bool {
	if body == "" {
		return false
	}
	if strings.IndexByte(")]}", body[0]) >= 0 || strings.HasPrefix(body, "</") || !data && (strings.HasPrefix(body, "#el") || strings.HasPrefix(body, "#endif")) {
		return true
	}
	n := 0
	for n < len(body) && wordByte(body[n]) {
		n++
	}
	if data || !closers[strings.ToLower(body[:n])] {
		return false
	}
	rest := strings.TrimLeft(body[n:], " \t")
	return rest == "" || rest[0] != '=' && !(rest[0] == ':' && len(rest) > 1)
}

// goesOn matches what a line begins with that goes on with the one above.
var goesOn = regexp.MustCompile(`^(?:\??\.\w+[(<!]|&&|\|\||\|>|=>|\? |: |\+ )`)

// opener says whether a line is no more than what opens a body.
func opener(text string) bool {
	body := strings.Trim(text, blanks)
	return body == "{" || strings.EqualFold(body, "begin")
}

// attribute says whether a line belongs to what stands below it.
func attribute(body string) bool {
	return strings.HasPrefix(body, "@") && !strings.HasSuffix(body, "{") && !strings.HasSuffix(body, ";") ||
		strings.HasPrefix(body, "#[") || strings.HasPrefix(body, "[<") || strings.HasPrefix(body, ".PHONY")
}

// importLine has first words of lines that a file begins with.
var importLine = regexp.MustCompile(`(?i)^(?:@?import|@?use|using|uses|unit|require\w*|#?include\w*|from\s+\S+\s+import|` +
	`package|open|library|source|load|pragma|syntax|alias|@charset|%%|` +
	`local\s+[\w, ]+=\s*require|(?:const|var|let|my)\s+.*=\s*require|module\s+[\w.]+(?:\s*\(.*\))?\s+where|\{-#)(?:\W|$)`)

// preamble returns how many units the beginning of a file is made of: a comment, and
// imports with comments between them.
func (d *divider) preamble(us []unit) int {
	n := 0
	for i, u := range us {
		head := strings.Trim(d.text(u.head), blanks)
		switch {
		case d.lines[u.head].comment:
			if i == 0 && len(us) > 1 && u.hi-u.head <= paragraph {
				n = 1
			}
			continue
		case !d.rules.data && !d.rules.whole && importLine.MatchString(head) && !strings.HasSuffix(head, "{"):
			n = i + 1
			continue
		}
		break
	}
	return n
}

// keywords stand in front of the name of what is defined.
var keywords = wordSet(`func function def defp defmacro defmacrop defmodule defn defn- defun defmethod fn fun sub proc
	procedure subroutine macro method task program class struct union interface trait protocol object extension enum
	module namespace contract library service message rpc record instance resource actor impl mixin entity
	architecture trigger modifier event type newtype data`)

// namedBy matches what follows a keyword, a receiver perhaps and the name.
var namedBy = regexp.MustCompile(`^\s+(?:\([^)]*\)\s*)?"?([A-Za-z_$][\w.$:-]*[?!]?)`)

// keyword returns the first keyword of a line, in lower case, and the name behind it; ""
// if it has none.
func keyword(text string) (word, name string) {
	for i := 0; i < len(text); {
		if !wordByte(text[i]) {
			if strings.IndexByte(" \t(@[]<>,:*&\"=-", text[i]) < 0 {
				return "", ""
			}
			i++
			continue
		}
		n := i
		for n < len(text) && (wordByte(text[n]) || text[n] == '-') {
			n++
		}
		if w := strings.ToLower(text[i:n]); keywords[w] {
			if m := namedBy.FindStringSubmatch(text[n:]); m != nil {
				return w, m[1]
			}
		}
		i = n
	}
	return "", ""
}

// holders are the keywords of what has members.
var holders = wordSet(`class struct union interface trait protocol object extension module namespace contract library
	service actor impl mixin defmodule instance entity`)

var (
	called   = regexp.MustCompile(`([A-Za-z_~$][\w$:.~]*)\s*\(`)
	assigned = regexp.MustCompile(`^\s*(?:(?:public|private|protected|export|default|static|final|readonly|local|let|const|var|val|my|our)\s+){0,4}` +
		`([A-Za-z_$][\w.$'-]*)(?:\s+[\w']+)*\s*(?:=|:|<-|\{|->|$)`)
	label  = regexp.MustCompile(`^\s*([A-Za-z_.$][\w.$]*):`)
	hidden = regexp.MustCompile(`\b(?:private|local|static|fileprivate|defp|protected)\b`)
)

// control are words that begin statements which are no definitions.
var control = wordSet(`if for while switch match foreach with unless when until return case try do loop repeat begin
	select using lock else catch cond let elif elseif elsif forall select`)

// defined says whether a line defines something.
func defined(text string) bool {
	word, _ := keyword(clip(text))
	return word != ""
}

// contains says whether a unit is a class or the like; of data, an entry that is long.
func (d *divider) contains(u unit) bool {
	if d.rules.data {
		return !d.lines[u.head].section && d.filled(u.head, u.hi) > paragraph
	}
	word, _ := keyword(clip(d.text(u.head)))
	return holders[word]
}

// nameOf returns the name that the head of a unit shows, or "".
func (d *divider) nameOf(u unit) string {
	return strings.Trim(d.rules.name(clip(d.text(u.head))), "\"' \t\r\n")
}

// clip returns what of a line names are looked for in.
func clip(text string) string { return strings.ToValidUTF8(text[:min(len(text), 240)], "") }

func noName(string) string { return "" }

func commonName(head string) string {
	if _, name := keyword(head); name != "" {
		return strings.TrimRight(name, ":.-")
	}
	first := head[:len(head)-len(strings.TrimLeft(head, blanks))]
	first = strings.TrimPrefix(head, first)
	n := 0
	for n < len(first) && wordByte(first[n]) {
		n++
	}
	if control[strings.ToLower(first[:n])] {
		return ""
	}
	for _, re := range []*regexp.Regexp{label, assigned, called} {
		if m := re.FindStringSubmatch(head); m != nil {
			return m[1]
		}
	}
	return ""
}

// public guesses whether other files can see what has such a head.
func public(head, name string) bool {
	return !strings.HasPrefix(name, "_") && !hidden.MatchString(clip(head))
}
