package content

import "strings"

// diffHeads are by their first byte.
var diffHeads = [256][]string{
	'd': {"diff --git ", "deleted file mode "},
	'i': {"index "},
	'I': {"Index: "},
	'n': {"new file mode ", "new mode "},
	'o': {"old mode "},
	's': {"similarity index "},
	'r': {"rename from ", "rename to "},
	'@': {"@@ -"},
	'B': {"Binary files "},
	'*': {"*** Begin Patch", "*** Update File", "*** Add File", "*** End Patch"},
	'<': {"<<<<<<< "},
	'>': {">>>>>>> "},
	'-': {"--- a/", "--- /dev/null"},
	'+': {"+++ b/", "+++ /dev/null"},
}

// diffLine reports whether a line belongs to a unified diff: a head of one, or a
// line with its sign behind another line of it.
func diffLine(raw string, within bool) bool {
	if c := raw[0]; within && (c == '-' || c == '+' || c == ' ' || c == '\t' || c == '\\') {
		return true
	}
	heads := diffHeads[raw[0]]
	return heads != nil && hasAnyPrefix(raw, heads) && (raw[0] != 'i' || strings.Contains(raw, ".."))
}
