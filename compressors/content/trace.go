package content

import "strings"

var faultMarks = [256][]string{
	'T': {"Traceback (most recent"},
	'F': {"FAILED ", "FAIL\t", "FAIL:"},
	'E': {"Exception in thread", "E   "},
	'C': {"Caused by:"},
	'p': {"panic: "},
	't': {"thread '"},
	'e': {"error[E", "error TS", "error: aborting"},
	'-': {"--- FAIL", "--> src/"},
	'U': {"Uncaught "},
	's': {"stack backtrace:"},
	'g': {"goroutine "},
	'n': {"npm ERR!", "npm error"},
}

// traceLine reports whether a line belongs to a stack trace, to the errors of a
// compiler or to a failed test.
func traceLine(raw, body string) bool {
	c := body[0]
	if hasAnyPrefix(body, faultMarks[c]) {
		return c != 'g' || strings.HasSuffix(body, "]:")
	}
	if len(raw) > len(body) && frame(body) {
		return true
	}
	word := body
	if i := strings.IndexByte(body[:min(len(body), 200)], ' '); i >= 0 {
		word = body[:i]
	}
	switch {
	case len(word) < 5 || word[len(word)-1] != ':' && len(word) < len(body):
		return false
	case exception(word):
		return true
	}
	return len(word) < len(body) && diagnostic(word[:len(word)-1], body[len(word)+1:])
}

// frame knows the indented lines of Python, Java, .NET and JavaScript.
func frame(body string) bool {
	if strings.HasPrefix(body, `File "`) {
		return strings.Contains(body, `", line `)
	}
	if !strings.HasPrefix(body, "at ") || len(body) > 300 {
		return false
	}
	last := body[len(body)-1]
	return last == ')' && strings.IndexByte(body, '(') > 0 || isDigit(last) && strings.IndexByte(body, ':') > 0
}

// exception knows the first words "ValueError:" and "java.lang.IllegalStateException".
func exception(word string) bool {
	name := strings.TrimSuffix(word, ":")
	if len(name) > 80 {
		return false
	}
	return strings.HasSuffix(name, "Error") && (name != word || len(name) > 9) || strings.HasSuffix(name, "Exception")
}

// diagnostic knows "file.c:12:5: error: …", "x.go:3:2: undefined: y" and
// "file.ts(3,14): error TS2322", cut at the colon and space.
func diagnostic(place, rest string) bool {
	if place[len(place)-1] == ')' {
		return strings.HasPrefix(rest, "error") || strings.HasPrefix(rest, "warning")
	}
	path, numbers := position(place)
	if strings.IndexByte(path, '.') < 0 && strings.IndexByte(path, '/') < 0 {
		return false
	}
	word, _, _ := strings.Cut(rest, " ")
	return numbers == 2 || numbers == 1 && (hasAnyPrefix(rest, faultWords) || exception(word))
}

var faultWords = []string{"error", "warning", "fatal", "undefined", "note:"}

// position takes ":12" or ":12:5" off the end of a place in a file.
func position(place string) (path string, numbers int) {
	for numbers < 2 {
		i := strings.LastIndexByte(place, ':')
		if i <= 0 || i+1 == len(place) || digits(place[i+1:]) != len(place)-i-1 {
			break
		}
		place, numbers = place[:i], numbers+1
	}
	return place, numbers
}
