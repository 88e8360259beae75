package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// A checker resolves links. It keeps the anchors of each file it has read.
type checker struct {
	root    string
	anchors map[string]map[string]bool // file → anchors
}

// check returns one line per broken link of a Markdown file, in order of
// appearance: "path:line: link: what is wrong".
func (c *checker) check(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, l := range parse(text).links {
		if why := c.broken(path, l.target); why != "" {
			problems = append(problems, fmt.Sprintf("%s:%d: %s: %s", path, l.line, l.target, why))
		}
	}
	return problems, nil
}

// broken says what is wrong with a link in the file from, or "".
func (c *checker) broken(from, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "not a URL"
	}
	if u.Scheme != "" || u.Host != "" {
		return ""
	}
	file := c.resolve(from, u.Path)
	info, err := os.Stat(file)
	if err != nil {
		return "no such file"
	}
	if u.Fragment == "" || info.IsDir() || !isMarkdown(file) {
		return ""
	}
	known, err := c.anchorsOf(file)
	if err != nil {
		return "cannot be read"
	}
	if !known[u.Fragment] {
		return "no such anchor"
	}
	return ""
}

// resolve returns the file that a link's path names; an empty path is from itself.
func (c *checker) resolve(from, path string) string {
	switch {
	case path == "":
		return from
	case strings.HasPrefix(path, "/"):
		return filepath.Join(c.root, path)
	default:
		return filepath.Join(filepath.Dir(from), path)
	}
}

func (c *checker) anchorsOf(file string) (map[string]bool, error) {
	file = filepath.Clean(file)
	if known, ok := c.anchors[file]; ok {
		return known, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	known := parse(text).anchors
	c.anchors[file] = known
	return known, nil
}

func isMarkdown(file string) bool {
	ext := strings.ToLower(filepath.Ext(file))
	return ext == ".md" || ext == ".markdown"
}
