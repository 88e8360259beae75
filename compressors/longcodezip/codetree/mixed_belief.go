package codetree

import (
	"regexp"
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// head returns the head of a file that line i is, or is in, if there is reason enough to
// believe it.
func (m *mixer) head(i int) (h head, ok bool) {
	if m.limit < len(m.lines) && (m.seen || m.name != "") {
		return h, false // only at the beginning of what a fence holds that says no name
	}
	if h, ok = parseHead(m.lines[i]); !ok {
		return h, false
	}
	h.first, h.line, h.end = i, i, i+1
	switch h.form {
	case tagged:
		return m.tag(h)
	case decorated, labelledAs, remarked:
		m.rules(&h)
	case bare:
		m.dashed(&h)
	}
	return h, m.believes(h)
}

// tag finds where the file begins that a tag names.
func (m *mixer) tag(h head) (head, bool) {
	if m.limit < len(m.lines) {
		return h, false
	}
	if h.tag != "" && m.code && m.form != tagged {
		return h, false
	}
	j := m.next(h.end)
	for h.tag == "" && j < len(m.lines) && elementRE.MatchString(strings.TrimSpace(m.lines[j])) {
		j = m.next(j + 1)
	}
	if j < len(m.lines) {
		if b := bodyRE.FindStringSubmatch(strings.TrimSpace(m.lines[j])); b != nil {
			h.end, h.tag = j+1, b[1]
		}
	}
	return h, h.tag != ""
}

// rules adds the lines of "====" around a head.
func (m *mixer) rules(h *head) {
	if h.first > m.begin && ruleRE.MatchString(strings.TrimSpace(m.lines[h.first-1])) {
		h.first--
	}
	if h.end < len(m.lines) && ruleRE.MatchString(strings.TrimSpace(m.lines[h.end])) {
		h.end++
		if h.form == labelledAs && h.first < h.line {
			h.form = decorated
		}
	}
}

// dashed adds the lines of "---" that some tools put around a file.
func (m *mixer) dashed(h *head) {
	if h.end == len(m.lines) || strings.TrimSpace(m.lines[h.end]) != "---" {
		return
	}
	h.end++
	k := h.first
	for k > m.begin && blank(m.lines[k-1]) {
		k--
	}
	if m.dashes && k > m.begin && strings.TrimSpace(m.lines[k-1]) == "---" {
		h.first = k - 1
	}
}

// believes weighs what speaks for a head.
func (m *mixer) believes(h head) bool {
	j := m.next(h.end)
	if j == len(m.lines) {
		return m.form == h.form && h.form == decorated
	}
	follows := m.lines[j]
	fenced := fence(follows) != "" && j <= h.end+1
	switch {
	case h.form == decorated:
		return m.until == "" || !m.code || m.form == decorated
	case m.begins(h):
		return fenced || m.leads(j)
	case m.code && m.limit == len(m.lines): // inside a file
		return m.within(h, follows, fenced)
	case m.plain && m.program(h.first):
		return m.until == "" && h.form == bare && strings.ContainsAny(h.name, `/\`) && m.apart(h.first) &&
			strong(follows) && m.again(h)
	}
	return fenced || strong(follows) && (h.label || m.apart(h.first)) ||
		m.form == h.form && codeLike(follows) && m.apart(h.first)
}

// begins says whether nothing but blank lines stands in front of a head, in the text or
// in its fence.
func (m *mixer) begins(h head) bool {
	return !m.seen && (m.code && m.limit < len(m.lines) || m.plain && h.first == m.next(0))
}

// within says whether a head inside a file begins another one.
func (m *mixer) within(h head, follows string, fenced bool) bool {
	if h.form != m.form {
		return false
	}
	if !m.seen { // one head below another
		return m.leads(m.next(h.end))
	}
	apart := m.apart(h.first)
	switch {
	case fenced:
		return apart && m.until == ""
	case h.form == remarked:
		return m.until == "" && apart && codeLike(follows) && (h.label || strings.ContainsAny(h.name, `/\`))
	case strings.ContainsAny(h.name, `/\`) || h.label || h.end > h.line+1:
		_, another := parseHead(follows)
		return strong(follows) || m.until == "" && (codeLike(follows) || !another && !sentence(strings.TrimSpace(follows))) || m.until != `"""` && opensProgram.MatchString(follows)
	}
	return m.until == "" && strong(follows) && (apart || !m.goesOn(h.first-1))
}

// goesOn says whether line i, of code, is followed by more of its statement.
func (m *mixer) goesOn(i int) bool {
	body := strings.TrimSpace(m.lines[i])
	return body != "" && strings.IndexByte(`\,([{=+`, body[len(body)-1]) >= 0
}

// apart says whether a blank line, or none, is above line i.
func (m *mixer) apart(i int) bool { return i == 0 || blank(m.lines[i-1]) }

// program says whether the text in front of line i is code, as far as its beginning tells.
func (m *mixer) program(i int) bool {
	const enough = 8 << 10
	if m.programFirst() || m.judged && m.isCode {
		return true
	}
	if !m.judged {
		m.isCode = content.Classify(m.text[:min(m.starts[i], enough)]) == content.Code
		m.judged = m.starts[i] >= enough
	}
	return m.isCode
}

// again says whether there is another head of the same form below.
func (m *mixer) again(h head) bool {
	for i := h.end + 1; i < len(m.lines) && i < h.end+4000; i++ {
		if g, ok := parseHead(m.lines[i]); ok && g.form == h.form && m.apart(i) && i+1 < len(m.lines) && strong(m.lines[i+1]) {
			return true
		}
	}
	return false
}

// leads says whether line i is code, or the head of a file in front of some.
func (m *mixer) leads(i int) bool {
	for range paragraph {
		if i >= len(m.lines) {
			return false
		}
		if _, ok := parseHead(m.lines[i]); !ok {
			return codeLike(m.lines[i])
		}
		i = m.next(i + 1)
	}
	return false
}

var (
	declares = regexp.MustCompile(`^(?:(?:def|class|import|from|package|public|private|protected|internal|func|function|fn|use|using|` +
		`const|let|var|val|export|interface|enum|async|static|abstract|final|struct|type|typedef|namespace|module|impl|pub|` +
		`trait|object|record|extern|require|include|override|sealed|data|template|void|int|unsigned|return|if|for|while|switch|` +
		`try|with|raise|print|echo|declare|local|set|do|begin|sub|my|our|mod|macro_rules!|unsafe|case|open|inline|suspend|fun)\b|` +
		`#include|#define|#if|#pragma|#!|#\[|@[A-Za-z]|<\?php|<!DOCTYPE|<html|"use |'use )`)
	types = regexp.MustCompile(`^(?:(?:public|private|protected|internal|abstract|final|sealed|static|export|default|open|data|partial|strictfp)\s+)+` +
		`(?:class|interface|enum|record|struct|trait|object|function|void|@interface|abstract|final|static)\s+\w`)
	assigns = regexp.MustCompile(`^[A-Za-z_$][\w.$\[\]"', ]*(?::\s*[\w\[\]., |]+)?\s*[:+|-]?=[^=]`)
)

// strong says whether a line can hardly be anything but the beginning of code.
func strong(line string) bool {
	line = strings.TrimPrefix(line, "\ufeff")
	body := strings.TrimSpace(line)
	if types.MatchString(body) {
		return true
	}
	if m := declares.FindString(body); m != "" {
		return codeEnd(body) || !sentence(body)
	}
	return assigns.MatchString(body) && !sentence(body)
}

// sentence says whether a line reads as prose: words, and a full stop or no sign at all.
func sentence(body string) bool {
	return strings.HasSuffix(body, ".") && !strings.ContainsAny(body, "(){}=;") ||
		len(strings.Fields(body)) > 5 && !strings.ContainsAny(body, "(){}[]=;:<>\"'#*,")
}

func codeEnd(body string) bool { return strings.IndexByte("{};:)(,", body[len(body)-1]) >= 0 }

// codeLike says whether a line may begin code.
func codeLike(line string) bool {
	body := strings.TrimSpace(line)
	if body == "" {
		return false
	}
	if strong(line) || strings.IndexByte("{}();", body[len(body)-1]) >= 0 || strings.IndexByte(`#/*<{[(@$"'`, body[0]) >= 0 {
		return true
	}
	return codeEnd(body) && !sentence(body) || strings.HasPrefix(body, "--") || strings.HasPrefix(body, ";")
}
