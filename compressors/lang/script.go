package lang

import "unicode"

// A script is a set of letters that languages share.
type script uint8

// The scripts. From sure on, each stands for one language (scriptLang).
const (
	noScript script = iota // digits, punctuation, spaces, symbols
	latin
	cyrillic
	arabic
	han
	kana
	other // letters of a script not listed
	sure
)

// scripts lists the scripts that settle the language, or nearly: Devanagari
// also writes Marathi and Nepali, Hebrew Yiddish, Ethiopic Tigrinya. None of
// those is a language of our models, so the commonest one may speak for all.
var scripts = []struct {
	table *unicode.RangeTable
	lang  string
}{
	{unicode.Hangul, "ko"}, {unicode.Thai, "th"}, {unicode.Greek, "el"},
	{unicode.Devanagari, "hi"}, {unicode.Hebrew, "he"}, {unicode.Bengali, "bn"},
	{unicode.Tamil, "ta"}, {unicode.Telugu, "te"}, {unicode.Kannada, "kn"},
	{unicode.Malayalam, "ml"}, {unicode.Gujarati, "gu"}, {unicode.Gurmukhi, "pa"},
	{unicode.Sinhala, "si"}, {unicode.Georgian, "ka"}, {unicode.Armenian, "hy"},
	{unicode.Khmer, "km"}, {unicode.Lao, "lo"}, {unicode.Myanmar, "my"},
	{unicode.Ethiopic, "am"}, {unicode.Tibetan, "bo"}, {unicode.Oriya, "or"},
	{unicode.Mongolian, "mn"},
}

const numScripts = int(sure) + 22

// scriptOf classes a letter. The ranges tested first are the commonest.
func scriptOf(r rune) script {
	switch {
	case r < 0x80:
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return latin
		}
		return noScript
	case r < 0x250:
		if r >= 0xC0 && r != 0xD7 && r != 0xF7 {
			return latin
		}
		return noScript
	case 0x400 <= r && r < 0x530:
		return cyrillic
	case 0x4E00 <= r && r <= 0x9FFF:
		return han
	case 0x3041 <= r && r <= 0x30FF && r != 0x30FB || 0xFF66 <= r && r <= 0xFF9D:
		return kana
	case 0xAC00 <= r && r <= 0xD7A3:
		return sure // Hangul is the first of scripts
	case 0x2000 <= r && r < 0x2E80 || 0x3000 <= r && r < 0x3041:
		return noScript // punctuation, symbols, shapes
	case !unicode.IsLetter(r):
		return noScript
	}
	return rareScript(r)
}

func rareScript(r rune) script {
	switch {
	case unicode.Is(unicode.Arabic, r):
		return arabic
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	}
	for i := range scripts {
		if unicode.Is(scripts[i].table, r) {
			return sure + script(i)
		}
	}
	return other
}

// weight says how much of a sentence one letter is: an ideograph is about half
// a word, a Latin letter a sixth of one.
func (s script) weight() int {
	switch {
	case s == han || s == kana || s == sure:
		return 3
	default:
		return 1
	}
}
