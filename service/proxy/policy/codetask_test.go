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
		"Could you translate the file to Python?":    true,
		"Add a flag and give me the full file.":      true,
		"Review it line by line":                     true,
		"How many functions are there?":              true,
		"Answer with a unified diff.":                true,
		"Bitte schreibe es um.":                      true,
		"First, translate it to Java.":               true,
		"2) Convert to ES modules":                   true,
		"Let's rewrite this in C.":                   true,
		"Pls translate to python":                    true,
		"Kannst du das in Rust übersetzen?":          true,
		"Pouvez-vous traduire ce code en Go ?":       true,
		"Convierte este código a Go.":                true,
		"重构这段代码":                                     true,
		"このコードをGoに書き換えてください":                         true,
		"Перепиши этот код на Go":                    true,
		"I need this converted to TypeScript.":       true,
		"I'd like this refactored into two classes":  true,
		"Give me the rewritten version.":             true,
		"Return the corrected file.":                 true,
		"Fix all bugs and return the code.":          true,
		"Show me the complete updated module.":       true,
		"Send back the entire thing.":                true,
		"Output the result as one file.":             true,
		"How many methods does Queue have?":          true,
		"What is the total number of TODO comments?": true,
		"Edit the file so that it logs.":             true,
		"Change all tabs to spaces.":                 true,
		"Split this file into modules.":              true,
		"Merge these two files.":                     true,
		"Review this code for bugs.":                 true,
		"List all functions.":                        true,
		"Add docstrings to all methods.":             true,
		"Write unit tests for this module.":          true,
		"Compare these two files.":                   true,
		"Are there any unused imports?":              true,
		"Is eval used anywhere?":                     true,
		"What is on line 120?":                       true,
		"Summarize this file.":                       true,
		"给我完整代码":                                     true,
	}
	for prose, want := range tests {
		if got := NeedsWholeCode(prose); got != want {
			t.Errorf("%q: %v", prose, got)
		}
	}
}
