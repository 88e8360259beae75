package reference

import (
	"slices"
	"strings"
)

// dots follow the comment marker in what stands for omitted code.
const dots = " ... "

// joinBlocks puts the chosen blocks of a chunk together.
func joinBlocks(blocks []string, chosen []int, marker string) string {
	kept := make([]bool, len(blocks))
	for _, i := range chosen {
		kept[i] = true
	}
	return joinKept(blocks, kept, blockIndent(blocks)+marker+dots, separator)
}

// joinLines puts the kept lines of a chunk together. Marks are indented as its first line
// that is not blank.
func joinLines(lines []string, kept []bool, marker string) string {
	indent := ""
	if i := slices.IndexFunc(lines, func(l string) bool { return !blank(l) }); i >= 0 {
		indent = indentation(lines[i])
	}
	return joinKept(lines, kept, indent+marker+dots, "\n")
}

// blockIndent is the indentation of the first block that starts with an indented line.
func blockIndent(blocks []string) string {
	for _, b := range blocks {
		if in := indentation(firstLine(b)); in != "" {
			return in
		}
	}
	return ""
}

// joinKept joins the kept parts, with a mark for each gap between them and for one behind
// them, but none before the first. A part that reads like the mark takes its place.
func joinKept(parts []string, kept []bool, mark, between string) string {
	var out []string
	gap := false
	for i, p := range parts {
		if !kept[i] {
			gap = true
			continue
		}
		if gap {
			out = appendMark(out, mark)
		}
		out, gap = append(out, p), false
	}
	if gap {
		out = appendMark(out, mark)
	}
	return strings.Join(out, between)
}

// appendMark adds mark if there is something before it that is not it.
func appendMark(out []string, mark string) []string {
	if len(out) == 0 || out[len(out)-1] == mark {
		return out
	}
	return append(out, mark)
}

// joinChunks joins what stands for the chunks of a file, and removes each mark that
// follows another with only blank lines between; the blank lines stay.
func joinChunks(parts []string, marker string) string {
	mark := marker + " ..."
	lines := strings.Split(strings.Join(parts, separator), "\n")
	out := lines[:0]
	marked := false
	for _, l := range lines {
		t := trim(l)
		if t == mark && marked {
			continue
		}
		if t != "" {
			marked = t == mark
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

// rankedPrompt is the prompt around code of the coarse stage, which has the instruction twice.
func rankedPrompt(code, query, instruction string) string {
	return instruction + separator + code + separator + query + "\n" + instruction
}

// finePrompt is the prompt around code of the fine stage, without what is blank.
func finePrompt(code, query, instruction string) string {
	var parts []string
	for _, p := range []string{trim(instruction), code, trim(query)} {
		if !blank(p) {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, separator)
}
