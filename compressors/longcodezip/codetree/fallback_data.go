package codetree

import (
	"regexp"
	"strings"
)

var (
	keyLine      = regexp.MustCompile(`^\s*(?:- )?\s*("[^"]*"|'[^']*'|[^\s:=#"'][^:=]{0,78}?)\s*[:=]`)
	makeLine     = regexp.MustCompile(`^(?:define\s+)?([^\s:=#][^:=#]{0,78}?)\s*(?:[:?+!]?=|:|$)`)
	stageLine    = regexp.MustCompile(`(?i)^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?`)
	selectorLine = regexp.MustCompile(`^\s*([^{]{1,78}?)\s*\{`)
	createLine   = regexp.MustCompile("(?i)^\\s*(?:CREATE|ALTER|DROP)\\s+(?:OR\\s+REPLACE\\s+)?(?:\\w+\\s+){0,3}?" +
		"(?:TABLE|VIEW|INDEX|FUNCTION|PROCEDURE|TRIGGER|TYPE|SEQUENCE|SCHEMA|DATABASE)\\s+(?:CONCURRENTLY\\s+)?(?:IF\\s+(?:NOT\\s+)?EXISTS\\s+)?" +
		"([\\w.\"`\\[\\]]+)")
	sectionLine = regexp.MustCompile(`^\[\[?[^\[\]]+\]\]?\s*(?:[#;].*)?$`)
	heredocMark = regexp.MustCompile(`<<[-~]?\s*["'\\]?([A-Za-z_]\w*)["']?`)
	yamlKey     = regexp.MustCompile(`:(?:\s+[&!]\S+)*\s*(?:\s#.*)?$`)
)

// group returns the first group of re in text, or "".
func group(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func keyName(head string) string      { return group(keyLine, head) }
func makeName(head string) string     { return group(makeLine, head) }
func selectorName(head string) string { return group(selectorLine, head) }
func sqlName(head string) string      { return strings.Trim(group(createLine, head), "`\"[]") }

func sectionHead(body string) bool { return sectionLine.MatchString(body) }

func sectionName(head string) string {
	head, _, _ = strings.Cut(strings.TrimLeft(head, "[ \t"), "]")
	return head
}

func dockerStage(body string) bool { return len(body) > 5 && strings.EqualFold(body[:5], "FROM ") }

func stageName(head string) string {
	m := stageLine.FindStringSubmatch(head)
	switch {
	case m == nil:
		return ""
	case m[2] != "":
		return m[2]
	}
	return m[1]
}

// opensYAML: what is below another head is a text of several lines.
func opensYAML(head string) bool { return yamlKey.MatchString(strings.Trim(head, blanks)) }

// makeWord counts the words of make that lines stand between.
func makeWord(body string) int {
	first, _, _ := strings.Cut(body, " ")
	switch first {
	case "ifeq", "ifneq", "ifdef", "ifndef", "define":
		return 1
	case "endif", "endef":
		return -1
	}
	return 0
}

// directiveWord counts the conditions of a preprocessor.
func directiveWord(body string) int {
	switch {
	case strings.HasPrefix(body, "#if"):
		return 1
	case strings.HasPrefix(body, "#endif"):
		return -1
	}
	return 0
}

// shellWords are those of a shell that lines stand between.
var (
	shellOpens  = wordSet("if for while until case select {")
	shellCloses = wordSet("fi done esac }")
	shellLeads  = wordSet("then do else ! time &&")
	shellQuotes = regexp.MustCompile(`\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\{[^}]*\}`)
	shellBreaks = strings.NewReplacer(";", " ; ", "||", " ; ", "&&", " ; ", "|", " ; ", "(", " ; ", ")", " ; ", "`", " ; ")
)

// shellWord counts them where commands begin.
func shellWord(body string) int {
	n, first := 0, true
	for _, f := range strings.Fields(shellBreaks.Replace(shellQuotes.ReplaceAllString(body, "q"))) {
		switch {
		case strings.HasPrefix(f, "#"):
			return n
		case first && shellOpens[f]:
			n++
		case first && shellCloses[f]:
			n--
		}
		first = f == ";" || f == "{" || first && (shellLeads[f] || shellOpens[f])
	}
	return n
}

// opensShell: a case ends with ";;", which stands among its commands.
func opensShell(head string) bool {
	head = strings.TrimRight(head, blanks)
	return !strings.HasSuffix(head, " in") && (!strings.HasSuffix(head, ")") || strings.HasSuffix(head, "()"))
}

// sqlWord counts BEGIN and END around the statements of a procedure.
func sqlWord(body string) int {
	up := strings.ToUpper(strings.TrimRight(body, ";$ "))
	switch {
	case up == "BEGIN" && !strings.HasSuffix(body, ";"), strings.HasSuffix(up, " BEGIN"):
		return 1
	case up == "END", strings.HasPrefix(up, "END ") && !strings.HasPrefix(up, "END IF") &&
		!strings.HasPrefix(up, "END LOOP") && !strings.HasPrefix(up, "END CASE") && !strings.HasPrefix(up, "END WHILE"):
		return -1
	}
	return 0
}

// sqlEnds: a statement ends with a semicolon outside brackets, a script's with GO.
func sqlEnds(body string, open int) bool {
	body, _, _ = strings.Cut(body, " --")
	body = strings.TrimRight(body, blanks)
	return open == 0 && (strings.HasSuffix(body, ";") || strings.EqualFold(body, "go") || body == "/")
}

// heredoc finds where the texts of here-documents begin that end somewhere.
func (s *scanner) heredoc(start int, text string) {
	if !s.d.rules.heredocs || s.until != "" {
		return
	}
	for _, m := range heredocMark.FindAllStringSubmatch(text, -1) {
		if s.ends == nil {
			s.ends = textEnds(s.d.source)
		}
		if s.ends[m[1]] > start {
			s.words = append(s.words, m[1])
		}
	}
}

// textEnds returns where the last line begins that could end a here-document, by its word.
func textEnds(source string) map[string]int {
	ends, at := map[string]int{}, 0
	for line := range strings.Lines(source) {
		body := strings.TrimLeft(line, blanks)
		n := 0
		for n < len(body) && wordByte(body[n]) {
			n++
		}
		if n > 0 && endsText(body, body[:n]) {
			ends[body[:n]] = at
		}
		at += len(line)
	}
	return ends
}

// endsText says whether a line ends the here-document of a word.
func endsText(body, word string) bool {
	rest, ok := strings.CutPrefix(body, word)
	rest = strings.TrimRight(rest, blanks)
	return ok && (rest == "" || strings.IndexByte(");,. ", rest[0]) >= 0)
}

// markup follows comments only.
func (s *scanner) markup(start int, text string) {
	for i := 0; i < len(text); {
		if s.until == "" {
			n := strings.Index(text[i:], "<!--")
			if n < 0 || s.lastOf("-->") < start+i+n {
				return
			}
			i += n + len("<!--")
			s.until, s.remark = "-->", true
			continue
		}
		n := strings.Index(text[i:], s.until)
		if n < 0 {
			return
		}
		i += n + len(s.until)
		s.until = ""
	}
}
