package policy

import (
	"strconv"
	"strings"
)

// Tagged is a text with the tags of LLMLingua, Kong and The Token Company read.
type Tagged struct {
	Segments  []Segment // in order, not empty; joined they are the text without the recognised tags
	Malformed int       // tags that were left as they stand
}

// A Segment is the byte range [Start, End) of the text that was read.
type Segment struct {
	Start, End int
	Tagged     bool    // it stood between recognised tags
	Keep       bool    // verbatim: compress=False, rate=1 or ttc_safe
	Rate       float64 // share of tokens to keep, in (0, 1); 0 where none is given
}

// ParseTags reads <llmlingua, rate=0.4>…</llmlingua>, <llmlingua,
// compress=False>…</llmlingua>, <LLMLINGUA>…</LLMLINGUA> and
// <ttc_safe>…</ttc_safe>. ok reports whether it recognised any pair. Tags that
// are malformed, nested or without a partner stay in the text, and so does
// everything up to the end of the outermost of them. Without a recognised pair
// the text is one segment.
func ParseTags(text string) (t Tagged, ok bool) {
	tags := findTags(text)
	from := 0
	for i := 0; i < len(tags); {
		open := tags[i]
		if i+1 < len(tags) && open.opens && open.valid && tags[i+1].closes(open) {
			end := tags[i+1]
			t.add(Segment{Start: from, End: open.start})
			t.add(Segment{Start: open.end, End: end.start, Tagged: true, Keep: open.keep, Rate: open.rate})
			from, i, ok = end.end, i+2, true
			continue
		}
		n := outermost(tags[i:])
		t.Malformed += n
		i += n
	}
	t.add(Segment{Start: from, End: len(text)})
	return t, ok
}

func (t *Tagged) add(s Segment) {
	if s.Start < s.End {
		t.Segments = append(t.Segments, s)
	}
}

// outermost is how many tags belong to the group that begins with the first one:
// up to where as many have closed as opened, all of them if that never happens.
func outermost(tags []tag) int {
	depth := 0
	for i := range tags {
		if tags[i].opens {
			depth++
		} else {
			depth--
		}
		if depth <= 0 {
			return i + 1
		}
	}
	return len(tags)
}

// A tag is one opening or closing tag at [start, end).
type tag struct {
	start, end int
	name       string
	opens      bool
	valid      bool
	keep       bool
	rate       float64
}

func (t tag) closes(open tag) bool { return !t.opens && t.name == open.name }

var tagNames = []string{"llmlingua", "LLMLINGUA", "ttc_safe"}

// maxTag is the length of a tag in bytes; what is longer is none.
const maxTag = 96

func findTags(text string) []tag {
	var out []tag
	for i := 0; ; {
		j := strings.IndexByte(text[i:], '<')
		if j < 0 {
			return out
		}
		i += j
		if t, ok := readTag(text[i:]); ok {
			t.start, t.end = i, i+t.end
			out = append(out, t)
			i = t.end
			continue
		}
		i++
	}
}

// readTag reads the tag that s begins with; its end is relative to s.
func readTag(s string) (tag, bool) {
	window := s[:min(len(s), maxTag)]
	end := strings.IndexByte(window, '>')
	if end < 0 {
		return tag{}, false
	}
	inner := window[1:end]
	t := tag{end: end + 1, opens: true, valid: true}
	if strings.HasPrefix(inner, "/") {
		inner, t.opens = inner[1:], false
	}
	for _, name := range tagNames {
		rest, ok := strings.CutPrefix(inner, name)
		if !ok || rest != "" && rest[0] != ',' && rest[0] != ' ' {
			continue
		}
		t.name = name
		if rest = strings.TrimSpace(rest); !t.opens {
			return t, rest == ""
		}
		t.keep = name == "ttc_safe"
		t.valid = t.parameters(rest)
		return t, true
	}
	return tag{}, false
}

// parameters reads ", rate=0.4, compress=True" and reports whether each is known,
// given once and in range.
func (t *tag) parameters(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != ',' || t.name == "ttc_safe" {
		return false
	}
	var rate, compress bool
	for p := range strings.SplitSeq(s[1:], ",") {
		key, value, _ := strings.Cut(p, "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "rate":
			r, err := strconv.ParseFloat(value, 64)
			if err != nil || rate || !(r > 0 && r <= 1) {
				return false
			}
			rate, t.rate = true, r
		case "compress":
			if compress || !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
				return false
			}
			compress, t.keep = true, strings.EqualFold(value, "false")
		default:
			return false
		}
	}
	if t.rate == 1 || t.keep {
		t.keep, t.rate = true, 0
	}
	return true
}
