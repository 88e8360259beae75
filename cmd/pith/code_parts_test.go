package main

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/proxy/policy"
)

// What of a prompt is taken for source code: nothing that is not, and no question.
func TestCodeParts(t *testing.T) {
	code := greenhouseFile(t)
	json := "{\n  \"beds\": [1, 2, 3],\n" + strings.Repeat("  \"pump\": {\"litres\": 4, \"open\": true},\n", 40) + "  \"end\": null\n}\n"
	yaml := "pumps:\n" + strings.Repeat("  - name: north\n    litres: 4\n", 40)
	log := strings.Repeat("2026-03-01T10:00:00Z INFO server: request handled in 3 ms by worker 7\n", 30)
	ask := "Now translate both to Go and return the full files."
	tests := []struct {
		name, text string
		want       []string // the code that is found
		prose      string   // has to be in what stands outside
	}{
		{"fence", "Look:\n\n```python\n" + code + "```\n\n" + ask, []string{code}, ask},
		{"two_fences", "```python\n" + code + "```\n\n```python\n" + code + "```\n" + ask, []string{code, code}, ask},
		{"fence_with_a_name", "`a.py`:\n```python title=\"a.py\"\n" + code + "```\n" + ask, []string{code}, ask},
		{"fence_without_a_tag", "```\n" + code + "```\n" + ask, []string{code}, ask},
		{"code_and_a_log", "```python\n" + code + "```\n```log\n" + log + "```\n" + ask, []string{code}, ask},
		{"bare", code, []string{code}, ""},
		{"bare_question_below", code + "\n" + ask, []string{strings.TrimSpace(code)}, ask},
		{"bare_question_above", ask + "\n\n" + code, []string{code}, ask},
		{"paths", "==> a.py <==\n" + code + "\n==> b.py <==\n" + code + "\n" + ask + "\n", []string{code, strings.TrimSpace(code)}, ask},
		{"json", json, nil, ""},
		{"json_and_question", json + "\nWhich pump waters bed 17?", nil, ""},
		{"json_fence", "```json\n" + json + "```\nWhich?", nil, ""},
		{"yaml", yaml, nil, ""},
		{"yaml_fence", "```yaml\n" + yaml + "```\nWhich?", nil, ""},
		{"log", log, nil, ""},
		{"order", "Translate to Rust", nil, ""},
		{"short", "Fix the bug.", nil, ""},
		{"calls", "What happens when get() times out?", nil, ""},
		{"list", "- rewrite it\n- count the lines\n", nil, ""},
		{"prose", strings.Repeat("The harbour was quiet that morning and nobody spoke. ", 40), nil, ""},
		{"markdown", "# Beds\n\n" + strings.Repeat("Each bed has **two** pumps, see [pumps](pumps.md).\n\n", 30), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts := codeParts(t.Context(), tt.text)
			var prose strings.Builder
			at := 0
			var got []string
			for _, p := range parts {
				prose.WriteString(tt.text[at:p.Start])
				at = p.End
				got = append(got, tt.text[p.Start:p.End])
				if p.Language != "python" {
					t.Errorf("language %q", p.Language)
				}
			}
			prose.WriteString(tt.text[at:])
			if len(got) != len(tt.want) {
				t.Fatalf("%d parts of code, want %d", len(got), len(tt.want))
			}
			for i := range got {
				if strings.TrimSpace(got[i]) != strings.TrimSpace(tt.want[i]) {
					t.Errorf("part %d is %.60q…%q", i, got[i], got[i][max(0, len(got[i])-60):])
				}
			}
			if tt.want != nil && tt.prose != "" {
				if !policy.NeedsWholeCode(prose.String()) || !strings.Contains(policy.CodeQuestion(prose.String()), tt.prose) {
					t.Errorf("outside is %q", prose.String())
				}
			}
		})
	}
}
