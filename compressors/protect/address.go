package protect

import (
	"strings"
	"unicode/utf8"
)

// address looks for a URL, an e-mail address or a path in a word, and reports
// whether it found one.
func (s *scanner) address(w word) bool {
	run := s.text[w.start:w.end]
	if s.policy.urls && s.urls(run, w.start) {
		return true
	}
	if s.policy.emails && strings.IndexByte(run, '@') > 0 && s.emails(run, w.start) {
		return true
	}
	return s.policy.paths && s.text[w.start] != '<' && isPath(s.text[w.from:w.to]) && s.addPath(w)
}

// urls adds every URL of a run; at is the run's offset. Each mark is looked for
// again only when the last one found has been passed.
func (s *scanner) urls(run string, at int) bool {
	marks := [...]string{"://", "www.", "mailto:"}
	next := [len(marks)]int{-1, -1, -1}
	found := false
	for i := 0; ; {
		start := len(run)
		for m, mark := range marks {
			if next[m] < i {
				next[m] = indexFrom(run, mark, i)
			}
			start = min(start, urlStart(run, mark, i, next[m]))
		}
		if start == len(run) {
			return found
		}
		end := urlEnd(run, start)
		if end-start > len("www.") && !strings.HasSuffix(run[:end], "://") {
			s.add(at+start, at+end, URLs)
			found = true
		}
		i = max(end, start+len("www."))
	}
}

// indexFrom is strings.Index in run[i:], with offsets of run and len(run) for none.
func indexFrom(run, mark string, i int) int {
	if i < len(run) {
		if j := strings.Index(run[i:], mark); j >= 0 {
			return i + j
		}
	}
	return len(run)
}

// urlStart returns where the URL with a mark at j begins, at or after i, or
// len(run) if it is none: "://" wants a scheme before it, the others a border.
func urlStart(run, mark string, i, j int) int {
	if j == len(run) {
		return j
	}
	start := j
	for start > i && (isAlnum(run[start-1]) || mark == "://" && strings.IndexByte("+-.", run[start-1]) >= 0) {
		start--
	}
	for start < j && !isAlpha(run[start]) {
		start++
	}
	if (mark == "://") == (start == j) {
		return len(run)
	}
	return start
}

// urlEnd returns where the URL that begins at start ends: before quotes and
// angle brackets, without closing punctuation, its parentheses in pairs.
func urlEnd(run string, start int) int {
	end, open := start, 0
	for end < len(run) && strings.IndexByte("<>\"`{}|\\^", run[end]) < 0 {
		if run[end] == '(' || run[end] == '[' {
			open++
		}
		if run[end] == ')' || run[end] == ']' {
			if open--; open < 0 {
				break
			}
		}
		end++
	}
	for end > start && strings.IndexByte(".,;:!?'*_~([", run[end-1]) >= 0 {
		end--
	}
	for end > start && run[end-1] >= utf8.RuneSelf {
		r, n := utf8.DecodeLastRuneInString(run[start:end])
		if !strings.ContainsRune("“”‘’«»…–—", r) {
			break
		}
		end -= n
	}
	return end
}

// emails adds every local@host.domain of a run.
func (s *scanner) emails(run string, at int) bool {
	found, low := false, 0
	for i := 0; i < len(run); {
		j := strings.IndexByte(run[i:], '@')
		if j < 0 {
			break
		}
		sign := i + j
		start := sign
		for start > low && (isAlnum(run[start-1]) || strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", run[start-1]) >= 0) {
			start--
		}
		for start < sign && !isAlnum(run[start]) {
			start++
		}
		end := hostEnd(run, sign+1)
		if start < sign && end > 0 {
			s.add(at+start, at+end, Emails)
			found = true
			i = end
		} else {
			i = sign + 1
		}
		low = i
	}
	return found
}

// hostEnd returns the end of the host name with a dot that begins at i, or -1.
func hostEnd(run string, i int) int {
	end, dot := i, -1
	for end < len(run) && (isAlnum(run[end]) || run[end] == '-' || run[end] == '.' || run[end] >= utf8.RuneSelf) {
		if run[end] == '.' {
			dot = end
		}
		end++
	}
	for end > i && (run[end-1] == '.' || run[end-1] == '-') {
		end--
		if dot == end {
			dot = strings.LastIndexByte(run[i:end], '.') + i
		}
	}
	if dot <= i || end-dot < 3 || !isAlpha(run[end-1]) {
		return -1
	}
	return end
}

// roots are names with which a relative path commonly begins.
var roots = set(`api app assets bin build cmd config data dist docs etc examples home include internal lib libs
	node_modules opt pkg public scripts src static test tests tmp tools usr var vendor web`)

func (s *scanner) addPath(w word) bool {
	from := w.from
	if i := strings.LastIndexAny(s.text[w.start:w.from], "~_"); i >= 0 && i == w.from-w.start-1 {
		from-- // trimmed as if it were emphasis
	}
	return s.add(from, w.to, Paths)
}

// isPath tells "src/lang/doc.go", "/etc/hosts", "../x" and `C:\x` from "and/or",
// "km/h", "1/2" and "red/green/blue".
func isPath(c string) bool {
	slashes, back := strings.Count(c, "/"), strings.Count(c, `\`)
	if back > 0 {
		drive := len(c) > 3 && isAlpha(c[0]) && c[1] == ':' && c[2] == '\\'
		share := strings.HasPrefix(c, `\\`) && back > 2
		return drive || share || back > 1 && isAlnum(c[0]) && !strings.ContainsAny(c, "{}^$")
	}
	if slashes == 0 || len(c) < 3 || isDigit(c[0]) && slashes < 3 {
		return false
	}
	if c[0] == '/' || strings.HasPrefix(c, "./") || strings.HasPrefix(c, "../") {
		return strings.ContainsFunc(c, func(r rune) bool { return r < utf8.RuneSelf && isAlnum(byte(r)) })
	}
	first, _, _ := strings.Cut(c, "/")
	last := c[strings.LastIndexByte(c, '/')+1:]
	if roots[first] || extension(last) != "" || last == "" && len(first) > 2 {
		return true
	}
	return slashes > 1 && strings.ContainsAny(c, "_.0123456789")
}

// extension returns what follows the last dot of a file name: one to five
// letters or digits with a letter among them, else "".
func extension(name string) string {
	dot := strings.LastIndexByte(name, '.')
	ext := name[dot+1:]
	if dot < 0 || len(ext) == 0 || len(ext) > 5 {
		return ""
	}
	letter := false
	for i := 0; i < len(ext); i++ {
		if !isAlnum(ext[i]) {
			return ""
		}
		letter = letter || isAlpha(ext[i])
	}
	if !letter {
		return ""
	}
	return ext
}
