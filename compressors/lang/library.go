package lang

import (
	"strings"

	"github.com/abadojack/whatlanggo"
)

// The library's trigrams need some letters to go by. More than librarySample
// bytes tell it little more, and it is slow: half a megabyte a second.
const (
	minLibrary    = 60
	librarySample = 400
	minConfidence = 0.5
)

// askLibrary asks the trigram library about a stretch that words left open.
//
// Its ranking of equals varies from run to run (it walks a map), but equals have
// confidence 0 and are turned away, so that the answer is always the same. For a
// language whose common words we know, its word is taken only if one of them
// occurs: lists of names look like any language to it, and a false answer there
// hands text to a model that cannot read it.
func askLibrary(s string, sc script, e *evidence) string {
	if e.letters[sc] < minLibrary {
		return ""
	}
	if len(s) > librarySample {
		s = strings.ToValidUTF8(s[:librarySample], "")
	}
	info := whatlanggo.Detect(s)
	if info.Lang < 0 || info.Confidence < minConfidence {
		return ""
	}
	code := info.Lang.Iso6391()
	switch {
	case code == "":
		return Undetermined
	case code == "nb" || code == "nn":
		code = "no"
	}
	if hits, listed := e.scores.hitsOf(code); listed && hits == 0 {
		return ""
	}
	return code
}
