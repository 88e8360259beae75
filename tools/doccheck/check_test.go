package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestCheck(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // link and reason; the line is always 3
	}{
		{"file", "[a](other.md)", nil},
		{"folder", "[a](sub)", nil},
		{"from_the_root", "[a](/docs/other.md)", nil},
		{"missing_file", "[a](none.md)", []string{"none.md: no such file"}},
		{"anchor", "[a](other.md#two-words)", nil},
		{"second_of_two_equal_headings", "[a](other.md#two-words-1)", nil},
		{"missing_third", "[a](other.md#two-words-2)", []string{"other.md#two-words-2: no such anchor"}},
		{"own_anchor", "[a](#title)", nil},
		{"own_missing_anchor", "[a](#titel)", []string{"#titel: no such anchor"}},
		{"heading_with_code_and_dots", "[a](other.md#make-serve-v10)", nil},
		{"html_anchor", "[a](other.md#here)", nil},
		{"image", "![a](none.png)", []string{"none.png: no such file"}},
		{"html_image", `<img src="none.png">`, []string{"none.png: no such file"}},
		{"reference", "[a][r]\n\n[r]: none.md", []string{"none.md: no such file"}},
		{"escaped_space", "[a](with%20space.md)", nil},
		{"other_host", "[a](https://example.com/none.md) [b](mailto:a@example.com)", nil},
		{"code", "`[a](none.md)`\n\n```\n[a](none.md)\n```", nil},
	}
	root := t.TempDir()
	write(t, root, "docs/other.md", "# Two words\n\n# Two words\n\n## `make serve`, v1.0\n\n<a id=\"here\"></a>\n")
	write(t, root, "docs/with space.md", "")
	write(t, root, "docs/sub/x", "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, root, "docs/page.md", "# Title\n\n"+tt.text+"\n")
			c := checker{root: root, anchors: map[string]map[string]bool{}}
			got, err := c.check(path)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, w := range tt.want {
				want = append(want, path+":3: "+w)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func write(t *testing.T, root, name, text string) string {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
