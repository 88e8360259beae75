package main

import (
	"context"
	"regexp"
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
	"github.com/pith-proxy/pith/service/proxy"
)

// leastBareCode is how many bytes of code without a fence or a name are taken for that.
const leastBareCode = 400

// codeParts finds the source code in a prompt's text, for the proxy: in fences, below the
// names of files, or a text that is nothing else. What it is not sure of is no code: it
// stays, and is read as what is asked.
func codeParts(ctx context.Context, text string) []proxy.CodePart {
	var out []proxy.CodePart
	parts := codetree.Files(text)
	for i, p := range parts {
		if !p.Code {
			continue
		}
		fenced := i > 0 && content.Fence(lastLine(text[:p.Start])) != ""
		start, end := p.Start, p.End
		if !fenced {
			start, end = withoutProse(text, start, end)
		}
		if l := codeLanguage(ctx, p, text[start:end], fenced); l != nil {
			out = append(out, proxy.CodePart{Start: start, End: end, Name: p.Name, Language: l.Name})
		}
	}
	return out
}

// codeLanguage is the language of a part, nil if it is not sure to be code.
func codeLanguage(ctx context.Context, p codetree.Part, text string, fenced bool) *codetree.Language {
	named := codetree.Detect(p.Name, "")
	if p.Name == "" {
		named = nil
	}
	if fenced && named == nil {
		named = p.Language // which the fence may have said
	}
	switch {
	case named != nil && !named.Parsed(), strings.TrimSpace(text) == "":
		return nil
	case named != nil && p.Name != "":
		return named
	case !fenced && (len(text) < leastBareCode || content.Classify(text) != content.Code):
		return nil
	}
	f, err := codetree.ParseAny(ctx, text, p.Language)
	if err != nil || f.Broken || f.Language == nil || !f.Language.Parsed() || !defines(f.Root) {
		return nil
	}
	return f.Language
}

// defines reports whether there is a definition in a tree.
func defines(root *codetree.Node) (found bool) {
	root.All(func(n *codetree.Node) bool {
		found = found || n.Kind == codetree.Def
		return !found
	})
	return found
}

func lastLine(text string) string {
	text = strings.TrimRight(text, "\r\n")
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// withoutProse takes paragraphs that read as prose from both ends of text[start:end].
// Nothing is lost if a comment or an import is taken for prose: it stays.
func withoutProse(text string, start, end int) (int, int) {
	for start < end {
		rest := text[start:end]
		n := paragraphEnd(rest)
		if opensCode.MatchString(rest) || !readsAsProse(rest[:n]) {
			break
		}
		start += n
	}
	for start < end {
		rest := strings.TrimRight(text[start:end], " \t\r\n")
		at := strings.LastIndex(rest, "\n\n")
		if k := strings.LastIndex(rest, "\n\r\n"); k > at {
			at = k
		}
		if at < 0 || !readsAsProse(rest[at:]) {
			break
		}
		end = start + at + 1
	}
	return start, end
}

// paragraphEnd is where the first paragraph of a text ends, with the blank lines behind it.
func paragraphEnd(text string) int {
	at, blank := 0, false
	for line := range strings.Lines(text) {
		empty := strings.TrimSpace(line) == ""
		if blank && !empty {
			return at
		}
		blank = empty && at > 0
		at += len(line)
	}
	return at
}

// word matches what prose consists of.
var word = regexp.MustCompile(`^[("'“]*\p{L}[\p{L}\p{N}'’./:()_-]*[.,:;!?)"'”]*$|^[\p{N}.,%-]+[.,:;!?)]*$|^[-*•–—]$`)

// opensCode matches first lines that only a program has.
var opensCode = regexp.MustCompile(`(?m)\A(?:import [\w.]+(?: as \w+)?(?:, .*)?\r?$|from [\w.]+ import |package \w+$|[rRuU]?"""|'''|#|//|/\*|@\w)`)

// readsAsProse reports whether most of what stands in a paragraph without indentation is
// words. Text of a script without spaces is.
func readsAsProse(text string) bool {
	words, all := 0, 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' || strings.HasSuffix(strings.TrimSpace(line), "{") || strings.HasSuffix(strings.TrimSpace(line), ";") {
			return false
		}
		for _, f := range strings.Fields(line) {
			all++
			if word.MatchString(f) {
				words++
			}
		}
	}
	return all > 0 && words*10 >= all*8
}
