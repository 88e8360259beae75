package content

import "strings"

// isHit knows what grep and its kin write: path:12:text, path-12-text, path:text
// and, below a heading, 12:text.
func isHit(body string) bool {
	if isDigit(body[0]) {
		d := digits(body)
		return d <= 6 && d < len(body) && (body[d] == ':' || body[d] == '-') && (d+1 == len(body) || !isDigit(body[d+1]) && body[d+1] != ' ')
	}
	i := 0
	for i < len(body) && i < maxPath && !notInPath[body[i]] {
		i++
	}
	if i == len(body) || i < 3 || body[i] != ':' {
		return isNeighbour(body[:i])
	}
	if strings.HasPrefix(body[i:], "://") {
		return false
	}
	path := body[:i]
	rest := body[i+1:]
	d := digits(rest)
	numbered := d > 0 && d < len(rest) && (rest[d] == ':' || rest[d] == '-')
	return numbered || isPathName(path) && rest != "" && rest[0] != ' '
}

// isPathName asks for a slash and an extension, as a key of a setting rarely has.
func isPathName(path string) bool {
	dot := strings.LastIndexByte(path, '.')
	return strings.IndexByte(path, '/') >= 0 && dot > 0 && len(path)-dot <= 6 && strings.IndexByte(path[dot:], '/') < 0
}

// maxPath bounds the path of a hit, in bytes.
const maxPath = 200

// notInPath has the signs that end the path of a hit, or show that it is none.
var notInPath = func() (t [256]bool) {
	for _, c := range []byte(" \t(){}<>\"'=,;:") {
		t[c] = true
	}
	return t
}()

// isNeighbour knows path-12-, which begins a line that grep shows beside a hit.
func isNeighbour(path string) bool {
	for i := 0; i < len(path); {
		j := strings.IndexByte(path[i:], '-')
		if j < 0 {
			return false
		}
		i += j + 1
		d := digits(path[i:])
		if d > 0 && i+d < len(path) && path[i+d] == '-' {
			return strings.IndexByte(path[:i], '.') > 0 || strings.IndexByte(path[:i], '/') > 0
		}
	}
	return false
}
