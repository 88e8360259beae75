package protect

import "strings"

// instructionBlocks are elements that assistants' harnesses put round
// instructions. They stay byte for byte, content and all.
var instructionBlocks = map[string]bool{
	"system-reminder": true, "system_reminder": true, "system": true, "system-prompt": true,
	"instructions": true, "instruction": true, "important": true, "critical": true,
	"rules": true, "policy": true, "constraints": true,
}

// htmlElements are tags whose loss hurts nobody.
var htmlElements = set(`a abbr address area article aside audio b base bdi bdo blockquote body br button canvas
	caption center cite code col colgroup data dd del details dfn dialog div dl dt em embed fieldset figcaption figure
	font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li
	link main map mark meta meter nav nobr noscript object ol optgroup option output p param picture pre progress q
	rp rt ruby s samp script section select slot small source span strike strong style sub summary sup svg path table
	tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr`)

// tags finds markup that is not HTML, and whole instruction blocks. Each '<' is
// read to the next '<' at most, each closing tag is looked for once.
func (s *scanner) tags() {
	unclosed := map[string]bool{}
	for i := 0; i < len(s.text); {
		j := strings.IndexByte(s.text[i:], '<')
		if j < 0 {
			return
		}
		i += j
		name, closing, n := parseTag(s.text[i:])
		if n == 0 {
			i++
			continue
		}
		end := i + n
		low := strings.ToLower(name)
		if instructionBlocks[low] && !closing && !unclosed[low] {
			if k := strings.Index(s.text[end:], "</"+name+">"); k >= 0 {
				end += k + len(name) + 3
			} else {
				unclosed[low] = true
			}
		}
		if !htmlElements[low] {
			s.add(i, end, Tags)
		}
		i = end
	}
}

// parseTag reads the tag that t begins with, and returns its name and length;
// 0 if it is none. A tag holds no '<' and no blank
// line; what follows its name has an '='.
func parseTag(t string) (name string, closing bool, n int) {
	i := 1
	if i < len(t) && t[i] == '/' {
		closing = true
		i++
	}
	start := i
	for i < len(t) && (isAlnum(t[i]) || i > start && strings.IndexByte("-_:.", t[i]) >= 0) {
		i++
	}
	if i == start || i >= len(t) || !isAlpha(t[start]) || i-start > 64 {
		return "", false, 0
	}
	name = t[start:i]
	if t[i] != '>' && t[i] != '/' && t[i] != ' ' && t[i] != '\n' && t[i] != '\t' && t[i] != ',' || strings.HasSuffix(name, ":") {
		return "", false, 0
	}
	for ; i < len(t); i++ {
		switch {
		case t[i] == '>':
			bare := t[start+len(name):i] == "" || t[i-1] == '/'
			if !bare && strings.IndexByte(t[start:i], '=') < 0 {
				return "", false, 0 // "x<y and z>w"
			}
			return name, closing, i + 1
		case t[i] == '<', t[i] == '\n' && i+1 < len(t) && t[i+1] == '\n':
			return "", false, 0
		}
	}
	return "", false, 0
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
