package lang

// A Region is the byte range [Start, End) of a text in one language.
type Region struct {
	Start, End int

	// Language is an ISO 639-1 code. "" says that nothing tells (code, numbers,
	// names alone, and no neighbour to ask); [Undetermined] that it is surely a
	// language, but none this package knows.
	Language string
}

// Undetermined is the code of text in a language that is not recognised
// (ISO 639-2 und).
const Undetermined = "und"

// Regions divides text by language. The regions cover it exactly, in order,
// none empty, neighbours differing in language; an empty text has none. They
// meet at line ends or sentence ends, always on rune borders. Short stretches
// take the language around them, and so do numbers, code and fenced blocks.
func Regions(text string) []Region {
	if text == "" {
		return nil
	}
	units := split(text)
	for i := range units {
		units[i].judge(text)
	}
	settleHan(units)
	settleByPooling(units, text)
	absorbShort(units)
	fill(units)
	return join(units)
}

// Detect returns the language of most of text: an ISO 639-1 code,
// [Undetermined], or "" where nothing tells. Ties go to the language that comes
// first.
func Detect(text string) string {
	var order []string
	size := map[string]int{}
	for _, r := range Regions(text) {
		if size[r.Language] == 0 {
			order = append(order, r.Language)
		}
		size[r.Language] += r.End - r.Start
	}
	best := ""
	for _, l := range order {
		if l != "" && size[l] > size[best] || best == "" {
			best = l
		}
	}
	return best
}

// join turns settled units into regions.
func join(units []unit) []Region {
	var out []Region
	for _, u := range units {
		if n := len(out); n > 0 && out[n-1].Language == u.lang {
			out[n-1].End = u.end
			continue
		}
		out = append(out, Region{Start: u.start, End: u.end, Language: u.lang})
	}
	return out
}
