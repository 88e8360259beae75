package policy

import "testing"

func TestNeedsWholeCode(t *testing.T) {
	tests := map[string]bool{
		"Why is bed 7 dry?":                                  false,
		"Where is the water counted?":                        false,
		"Explain how retries work.":                          false,
		"Fix the race in Water7; show me that function only": false,
		"Complete the next line.":                            false,
		"Does the rewrite of the parser handle comments?":    false,
		"":                      false,
		"Rewrite this in Rust.": true,
		"Please refactor it.":   true,
		"Could you translate the file to Python?": true,
		"Add a flag and give me the full file.":   true,
		"Review it line by line":                  true,
		"How many functions are there?":           true,
		"Answer with a unified diff.":             true,
		"Bitte schreibe es um.":                   true,
		"给我完整代码":                                  true,
	}
	for prose, want := range tests {
		if got := NeedsWholeCode(prose); got != want {
			t.Errorf("%q: %v", prose, got)
		}
	}
}
