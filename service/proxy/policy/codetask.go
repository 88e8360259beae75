package policy

import "strings"

// MethodCode cuts source code. Where it is the method of the settings, code may be cut by
// it; all else is as it would be without.
const MethodCode = "longcodezip"

// CutsCode reports whether source code may be cut.
func (s *Settings) CutsCode() bool { return s.Method == MethodCode }

// wholeVerbs are orders that work on every line of a program.
var wholeVerbs = set(`translate rewrite refactor convert port migrate transpile format reformat reindent lint minify obfuscate rename sort
	reorder copy repeat print reproduce count deduplicate clean modernize modernise annotate
	übersetze schreibe formatiere zähle traduis réécris traduce reescribe`)

// wholePhrases ask for all of it.
var wholePhrases = phrases(`entire file, whole file, full file, complete file, entire code, whole code, full code, complete code, full source, entire class,
	whole class, entire module, whole module, entire program, whole program, full program, updated file, updated code, modified file, fixed file,
	corrected code, new version of the, line by line, how many lines, how many functions, how many classes, verbatim, word for word, unified diff, as a patch,
	a diff, ganze datei, ganzen code, fichier complet, code complet, archivo completo, código completo, 完整代码, 整个文件, 重写, 翻译`)

// NeedsWholeCode reports whether what a user says around source code is about every line
// of it: it is to be translated, rewritten, counted, or sent back whole.
func NeedsWholeCode(prose string) bool {
	lower := strings.ToLower(prose)
	return containsAny(lower, wholePhrases) || ordersAny(lower, wholeVerbs)
}

// ordersAny reports whether lower-case text tells to do one of the verbs, at the start of
// a sentence or behind a word such as "please".
func ordersAny(text string, verbs map[string]bool) bool {
	lead, start := "", true
	for text != "" {
		var raw string
		raw, text = nextWord(text)
		word := strings.Trim(raw, ".,:;!?()[]{}\"'*_-#>“”„«»¿¡`")
		if word == "" {
			start = start || strings.ContainsAny(raw, "-*#>")
			continue
		}
		if (start || leads[lead]) && verbs[word] {
			return true
		}
		lead, start = word, strings.ContainsAny(raw[len(raw)-1:], ".:;!?") || strings.HasPrefix(text, "\n") || strings.HasPrefix(text, "\r")
	}
	return false
}
