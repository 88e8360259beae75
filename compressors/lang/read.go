package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// evidence is what a stretch of text says about its language.
type evidence struct {
	letters [numScripts]int
	words   int // words looked at
	scores  scores
}

// read adds what s says.
func (e *evidence) read(s string) {
	for i := 0; i < len(s); {
		if s[i] <= ' ' {
			i++
			continue
		}
		j := i + 1
		for j < len(s) && s[j] > ' ' {
			j++
		}
		if chunk := s[i:j]; plain(chunk) {
			e.readWords(chunk)
		} else {
			e.readCode(chunk)
		}
		i = j
	}
}

// plain reports whether a run without space is made of words: no digit and none
// of the signs of code, save at its ends.
func plain(chunk string) bool {
	if len(chunk) > 1 && chunk[0] == '-' && chunk[1] < utf8.RuneSelf {
		return false // a flag
	}
	core := strings.Trim(chunk, edge)
	for i := 0; i < len(core); i++ {
		c := core[i]
		if c >= utf8.RuneSelf || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '\'' || c == '-' || c == ',' || c == ';' {
			continue
		}
		return false
	}
	return true
}

const edge = "\"'()[]{}<>.,;:!?*_~`|-#"

// readCode reads a run that looks like code, an address or a number with its
// unit. Those occur in texts of every language: Latin letters count as nothing.
func (e *evidence) readCode(chunk string) {
	for _, r := range chunk {
		if r < utf8.RuneSelf {
			continue
		}
		if sc := scriptOf(r); sc != latin {
			e.letters[sc]++
		}
	}
}

// readWords looks up each word of a run and weighs its telling letters.
func (e *evidence) readWords(chunk string) {
	var word [maxWord]byte // in lower case
	n, known := 0, true    // known: it may be in the lists
	for _, r := range chunk {
		sc := scriptOf(r)
		if sc == noScript && !unicode.Is(unicode.Mn, r) {
			e.endWord(word[:n], known)
			n, known = 0, true
			continue
		}
		if sc != noScript {
			e.letters[sc]++
		}
		r = lower(r)
		if r >= utf8.RuneSelf {
			e.scores.addLetter(r)
		}
		if listed := sc == latin || sc == cyrillic || sc == arabic; !listed || n+utf8.UTFMax > len(word) {
			known = false
			continue
		}
		n += utf8.EncodeRune(word[n:], r)
	}
	e.endWord(word[:n], known)
}

func (e *evidence) endWord(word []byte, known bool) {
	if len(word) == 0 {
		return
	}
	e.words++
	if known {
		e.scores.addWord(word)
	}
}

func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}

// mainScript returns the script with most weight, and that weight. Kana make
// the Han beside them Japanese: a Chinese text quotes few, and no Japanese
// sentence does without.
func (e *evidence) mainScript() (main script, size int) {
	count := e.letters
	if count[kana]*10 >= count[han] && count[kana] > 0 {
		count[kana] += count[han]
		count[han] = 0
	} else {
		count[han] += count[kana]
		count[kana] = 0
	}
	for s := latin; int(s) < numScripts; s++ {
		if n := count[s] * s.weight(); n > size {
			main, size = s, n
		}
	}
	return main, size
}
