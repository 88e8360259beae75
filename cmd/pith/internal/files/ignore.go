package files

import "strings"

// A rule is a line of an ignore file.
type rule struct {
	parts  []string // of the pattern, between slashes
	name   bool     // it is for the last part of a path, wherever that is
	folder bool     // it is for folders only
	keep   bool     // it takes back what earlier ones said
}

// rules are an ignore file.
type rules struct {
	depth int // parts of the path of the folder that the file is in
	list  []rule
}

// parseRules reads an ignore file, as gitignore(5) describes it.
func parseRules(text string, depth int) rules {
	r := rules{depth: depth}
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		if one, ok := parseRule(strings.TrimSuffix(line, "\r")); ok {
			r.list = append(r.list, one)
		}
	}
	return r
}

func parseRule(line string) (rule, bool) {
	if strings.HasPrefix(line, "#") {
		return rule{}, false
	}
	var r rule
	line = trimSpaces(line)
	line, r.keep = strings.CutPrefix(line, "!")
	line, r.folder = strings.CutSuffix(line, "/")
	if line == "" {
		return rule{}, false
	}
	r.name = !strings.Contains(line, "/")
	r.parts = strings.Split(strings.TrimPrefix(line, "/"), "/")
	return r, true
}

// trimSpaces takes off the spaces at the end, but for one with a backslash in front.
func trimSpaces(line string) string {
	for strings.HasSuffix(line, " ") {
		before := strings.TrimRight(line[:len(line)-1], `\`)
		if (len(line)-1-len(before))%2 == 1 {
			return line
		}
		line = line[:len(line)-1]
	}
	return line
}

// match says whether the rules ignore a path, if one of them is about it: the last one
// that matches decides.
func (r *rules) match(path []string, folder bool) (ignore, said bool) {
	path = path[r.depth:]
	for i := len(r.list) - 1; i >= 0; i-- {
		one := &r.list[i]
		if one.folder && !folder {
			continue
		}
		if one.name && glob(one.parts[0], path[len(path)-1]) || !one.name && globPath(one.parts, path) {
			return !one.keep, true
		}
	}
	return false, false
}

// ignored says whether a path is ignored by the files of one kind, of which the nearest
// that is about it decides.
func ignored(all []rules, path []string, folder bool) (ignore, said bool) {
	for i := len(all) - 1; i >= 0; i-- {
		if ignore, said = all[i].match(path, folder); said {
			return ignore, true
		}
	}
	return false, false
}
