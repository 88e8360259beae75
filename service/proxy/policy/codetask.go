package policy

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// MethodCode cuts source code. Where it is the method of the settings, code may be cut by
// it; all else is as it would be without.
const MethodCode = "longcodezip"

// CutsCode reports whether source code may be cut.
func (s *Settings) CutsCode() bool { return s.Method == MethodCode }

// wholeVerbs are orders that work on every line of a program.
var wholeVerbs = set(`translate rewrite rewriting refactor convert port migrate transpile format reformat reindent lint minify obfuscate rename sort
	reorder copy repeat print reproduce count deduplicate clean modernize modernise annotate edit change replace split merge combine simplify
	shorten document review audit summarize summarise compare list enumerate test cover
	übersetze übersetzen schreibe formatiere zähle traduis traduire réécris traduce traducir convierte reescribe`)

// wholePhrases ask for all of it, or are about all of it.
var wholePhrases = phrases(`entire file, whole file, full file, complete file, entire code, whole code, full code, complete code, full source, entire class,
	whole class, entire module, whole module, entire program, whole program, full program, updated file, updated code, modified file, fixed file,
	corrected code, corrected file, corrected version, rewritten, refactored, converted to, translated, ported to, new version of, updated version,
	fixed version, line by line, on line, how many, number of, verbatim, word for word, unified diff, as a patch, a diff, the diff, as one file, entire thing,
	whole thing, all methods, all functions, all classes, all bugs, every method, every function, each function, each method, all occurrences, docstrings,
	unit tests, test suite, unused, anywhere, everywhere, any bugs, for bugs, code review, ganze datei, ganzen code, umschreiben, übersetzen, übersetzung,
	fichier complet, code complet, traduire, réécrire, archivo completo, código completo, traducir, reescribir, convierte, 完整, 整个文件, 重写, 重构, 翻译, 改写,
	書き換え, 翻訳, リファクタ, перепиши, переведи, полный файл, весь код`)

// giving verbs hand something over; with one of given soon behind them, all of it.
var (
	giving = set("return give show output send provide post print write paste respond reply")
	given  = set("file files code module modules version script program source everything all")
)

// NeedsWholeCode reports whether what a user says around source code is about every line
// of it: it is to be translated, rewritten, counted, looked through, or sent back. It
// rather says so once too often.
func NeedsWholeCode(prose string) bool {
	lower := strings.ToLower(prose)
	return containsAny(lower, wholePhrases) || ordersWhole(lower)
}

// ordersWhole reports whether lower-case text tells to do one of the whole verbs, at the
// start of a sentence or of a part of one, or behind a word such as "please"; or to give
// the code back.
func ordersWhole(text string) bool {
	return anyWord(text, ".,:;!?)", func(word, lead string, start bool, rest string) bool {
		ordered := start || leads[lead] || codeLeads[lead]
		return ordered && (wholeVerbs[word] || giving[word] && gives(rest))
	})
}

var codeLeads = set("pls plz let's lets we us i i'd like want need help")

// gives looks for something given within the next words.
func gives(text string) bool {
	for range 6 {
		var word string
		word, text = nextWord(text)
		if given[strings.Trim(word, ".,:;!?\"'”“`")] {
			return true
		}
	}
	return false
}

// longestCodeQuestion bounds what code is ranked by, in bytes.
const longestCodeQuestion = 8 << 10

// CodeQuestion returns what of the text around source code asks something: all but fences
// with what stands in them; of a long one the end.
func CodeQuestion(prose string) string {
	var b strings.Builder
	open := ""
	for line := range strings.Lines(prose) {
		body := strings.TrimSpace(line)
		mark := content.Fence(body)
		switch {
		case open == "" && mark != "":
			open = mark
		case open != "":
			if mark == body && strings.HasPrefix(mark, open) {
				open = ""
			}
		default:
			b.WriteString(line)
		}
	}
	q := strings.TrimSpace(b.String())
	if len(q) > longestCodeQuestion {
		q = q[len(q)-longestCodeQuestion:]
		if i := strings.IndexAny(q, " \n"); i >= 0 {
			q = q[i+1:]
		}
	}
	return strings.ToValidUTF8(q, "")
}
