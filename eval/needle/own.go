package needle

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// own is a user's text as a [source].
type own struct {
	lang *language
	left []sentence // not used yet
}

// newOwn cuts text at sentences, and begins at one that r draws.
func newOwn(text string, l *language, r *rand.Rand) *own {
	all := sentencesOf(text)
	if len(all) == 0 {
		return &own{lang: l}
	}
	k := r.IntN(len(all))
	return &own{lang: l, left: slices.Concat(all[k:], all[:k])}
}

func (w *own) next() (sentence, bool) {
	if len(w.left) == 0 {
		return sentence{}, false
	}
	s := w.left[0]
	w.left = w.left[1:]
	return s, true
}

// fitAmong is how many sentences fit looks at.
const fitAmong = 100

// fit takes the longest of the next hundred sentences that fits. If none has half of room
// or more, it takes the beginning of the next one.
func (w *own) fit(room int, cost func(sentence) int) (sentence, bool) {
	best, most := -1, 0
	for i := range min(len(w.left), fitAmong) {
		s := &w.left[i]
		if s.cost == 0 || s.opens {
			s.opens = false
			s.cost = cost(*s)
		}
		if s.cost <= room && s.cost > most {
			best, most = i, s.cost
		}
	}
	if most*2 < room {
		if s, ok := w.cut(room, cost); ok {
			return s, true
		}
	}
	if best < 0 {
		return sentence{}, false
	}
	s := w.left[best]
	w.left = slices.Delete(w.left, best, best+1)
	return s, true
}

// cut returns as much of the beginning of the next sentence as fits, up to a word's end,
// or a character's if it has no words.
func (w *own) cut(room int, cost func(sentence) int) (sentence, bool) {
	if len(w.left) == 0 {
		return sentence{}, false
	}
	text, fits := w.left[0].text, ""
	words := w.lang.between != "" && strings.ContainsFunc(text, unicode.IsSpace)
	for i, r := range text {
		if i == 0 || words && !unicode.IsSpace(r) {
			continue
		}
		if cost(sentence{text: text[:i]}) > room {
			break
		}
		fits = text[:i]
	}
	if fits == "" {
		return sentence{}, false
	}
	w.left = w.left[1:]
	return sentence{text: fits}, true
}

// sentencesOf cuts text after '.', '!' and '?' before white space, after '。', '！' and
// '？', with the quotes that follow, and at newlines, after which a paragraph opens. No
// sentence is over 1000 bytes, and white space at the ends is not in it.
func sentencesOf(text string) []sentence {
	var out []sentence
	for _, line := range strings.Split(text, "\n") {
		opens := true
		for line = strings.TrimSpace(line); line != ""; {
			end := min(sentenceEnd(line), longest(line))
			out = append(out, sentence{text: line[:end], opens: opens})
			line, opens = strings.TrimSpace(line[end:]), false
		}
	}
	return out
}

// longest returns where s is cut if it is no sentence but a table or a list: at the last
// space of its first 1000 bytes, or else at a character.
func longest(s string) int {
	const most = 1000
	if len(s) <= most {
		return len(s)
	}
	if i := strings.LastIndexFunc(s[:most], unicode.IsSpace); i > 0 {
		return i
	}
	end := most
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return end
}

// sentenceEnd returns where the first sentence of s ends.
func sentenceEnd(s string) int {
	const closing = "\"'”’）)」』"
	for i, r := range s {
		if !strings.ContainsRune(".!?。！？", r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		for end < len(s) {
			q, n := utf8.DecodeRuneInString(s[end:])
			if !strings.ContainsRune(closing, q) {
				break
			}
			end += n
		}
		next, _ := utf8.DecodeRuneInString(s[end:])
		if r >= utf8.RuneSelf || end == len(s) || unicode.IsSpace(next) {
			return end
		}
	}
	return len(s)
}
