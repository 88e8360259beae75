package codetree

import "strings"

// loose takes a long comment off the front of the first frame among children: it then is
// a part by itself, of the given kind, that can be left out before what it is about.
func (s *splitter) loose(children []*Node, k Kind) []*Node {
	if len(children) == 0 || children[0].Kind != Frame || s.comments == nil {
		return children
	}
	head := children[0]
	size, lines := remark(s.source[head.Start:head.End], s.comments)
	if lines <= longText || head.Start+size >= head.End {
		return children
	}
	end := head.Start + size
	out := append(make([]*Node, 0, len(children)+1), &Node{Kind: k, Start: head.Start, End: end})
	rest := *head
	rest.Start = end
	return append(append(out, &rest), children[1:]...)
}

// remark returns how many bytes of whole lines a text begins with that are blank or
// comments, and how many lines of comments.
func remark(text string, l *Language) (size, lines int) {
	at := 0
	inside := false
	for line := range strings.Lines(text) {
		body := strings.TrimSpace(line)
		switch {
		case inside:
			lines++
			if strings.Contains(body, l.Close) {
				inside = false
				if !strings.HasSuffix(body, l.Close) {
					return size, lines
				}
			}
		case body == "":
		case l.Line != "" && strings.HasPrefix(body, l.Line):
			lines++
		case l.Open != "" && strings.HasPrefix(body, l.Open):
			lines++
			rest := body[len(l.Open):]
			switch end := strings.Index(rest, l.Close); {
			case end < 0:
				inside = true
			case end+len(l.Close) < len(rest):
				return size, lines
			}
		default:
			return size, lines
		}
		at += len(line)
		if !inside && body != "" {
			size = at
		}
	}
	return size, lines
}
