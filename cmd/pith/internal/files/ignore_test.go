package files

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// judged are the paths that ignore files are asked about here.
var judged = []string{"a.go", "b.go", "foo", "foo.txt", "a/b.go", "a/foo", "a/foo.txt", "a/b/c.go", "a/b/foo/x.go",
	"foobar/a.go", "build/out.js", "src/build/out.js", "src/a.min.js", "src/gen/a.pb.go", "src/gen/b.go", "x y/a.go", "#h",
	"!imp.txt", "a/trail ", "ä.go", "[b].go", "src/deep/er/foo", "B.go", "a-b", "a]b", `back\slash`}

// verdict says whether a path, or a folder it is in, is ignored.
func verdict(r rules, path string) bool {
	parts := strings.Split(path, "/")
	for i := range parts {
		if ignore, _ := r.match(parts[:i+1], i < len(parts)-1); ignore {
			return true
		}
	}
	return false
}

func TestIgnoreFiles(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string // of judged
	}{
		{"name_anywhere", "foo", []string{"foo", "a/foo", "a/b/foo/x.go", "src/deep/er/foo"}},
		{"folder_only", "foo/", []string{"a/b/foo/x.go"}},
		{"anchored", "/foo*", []string{"foo", "foo.txt", "foobar/a.go"}},
		{"slash_anchors", "a/foo", []string{"a/foo"}},
		{"last_one_decides", "*.txt\n!foo.txt", []string{"!imp.txt"}},
		{"nothing_comes_back_out_of_a_folder", "a/\n!a/b.go", []string{"a/b.go", "a/foo", "a/foo.txt", "a/b/c.go", "a/b/foo/x.go", "a/trail "}},
		{"only_one_folder", "/*\n!/src\n/src/*\n!/src/gen", []string{"a.go", "b.go", "foo", "foo.txt", "a/b.go", "a/foo", "a/foo.txt", "a/b/c.go",
			"a/b/foo/x.go", "foobar/a.go", "build/out.js", "src/build/out.js", "src/a.min.js", "x y/a.go", "#h", "!imp.txt", "a/trail ", "ä.go",
			"[b].go", "src/deep/er/foo", "B.go", "a-b", "a]b", `back\slash`}},
		{"any_folders", "src/**/foo", []string{"src/deep/er/foo"}},
		{"all_inside", "foobar/**", []string{"foobar/a.go"}},
		{"comment_blank_crlf", "# *.go\n\n*.js\r\n", []string{"build/out.js", "src/build/out.js", "src/a.min.js"}},
		{"byte_order_mark", "\ufeff*.js", []string{"build/out.js", "src/build/out.js", "src/a.min.js"}},
		{"escaped", `\#h` + "\n" + `\!imp.txt` + "\n" + `\[b\].go`, []string{"#h", "!imp.txt", "[b].go"}},
		{"spaces_at_the_end", "foo.txt   ", []string{"foo.txt", "a/foo.txt"}},
		{"escaped_space_at_the_end", `trail\ `, []string{"a/trail "}},
		{"set", "[a-b].go", []string{"a.go", "b.go", "a/b.go", "foobar/a.go", "src/gen/b.go", "x y/a.go"}},
		{"range_that_goes_back", "[b-a].go", []string{"b.go", "a/b.go", "src/gen/b.go"}},
		{"set_of_others", "a[!-]b", []string{"a]b"}},
		{"class", "[[:upper:]].go", []string{"B.go"}},
		{"set_without_an_end", "[ab", nil},
		{"only_a_slash", "/", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range judged {
				if verdict(parseRules(tt.file, 0), p) {
					got = append(got, p)
				}
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("%q ignores %q\nwant %q", tt.file, got, tt.want)
			}
		})
	}
}

// Git itself says what random ignore files ignore. (Sets and escapes with a slash inside are
// not among them: git lets those be about slashes.)
func TestIgnoreFilesAsGitDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("runs git a few hundred times")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here")
	}
	dir := t.TempDir()
	git := func(in string, args ...string) string {
		c := exec.Command("git", append([]string{"-c", "core.excludesFile=", "-c", "core.ignoreCase=false"}, args...)...)
		c.Dir, c.Stdin = dir, strings.NewReader(in)
		c.Env = append(os.Environ(), "GIT_DIR="+filepath.Join(dir, ".git"), "GIT_WORK_TREE="+dir)
		var out bytes.Buffer
		c.Stdout = &out
		_ = c.Run() // 1 says that nothing is ignored
		return out.String()
	}
	git("", "init", "-q")
	for _, p := range judged {
		file := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Skipf("this file system has no %q", p)
		}
	}
	parts := []string{"*", "**", "foo", "a", "b", "/", "/", "/", ".go", "?", "src", "build", "!", "gen", "[ab]", "[!a]", ".txt", "[a-", `\*`, `\b`, " ", "]"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var file strings.Builder
		for range 1 + r.IntN(3) {
			line := ""
			for range 1 + r.IntN(5) {
				line += parts[r.IntN(len(parts))]
			}
			if set := strings.Index(line, "[a-"); set < 0 || !strings.Contains(line[set:], "/") {
				file.WriteString(line + "\n")
			}
		}
		if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(file.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for p := range strings.SplitSeq(git(strings.Join(judged, "\x00"), "check-ignore", "-z", "--no-index", "--stdin"), "\x00") {
			want[p] = true
		}
		for _, p := range judged {
			if got := verdict(parseRules(file.String(), 0), p); got != want[p] {
				t.Errorf("%q ignores %q: %v, git says %v", file.String(), p, got, want[p])
			}
		}
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("*a*b", "xaxb")
	f.Add("[!a-c]?\\*", "dz*")
	f.Add("[[:digit:]", "1")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if !glob("*", name) {
			t.Fatalf("* does not match %q", name)
		}
		if glob(pattern, name) && !glob(pattern+"*", name) {
			t.Fatalf("%q matches %q and with a star at its end does not", pattern, name)
		}
		var quoted strings.Builder
		for i := range len(name) {
			quoted.WriteString(`\` + name[i:i+1])
		}
		if !glob(quoted.String(), name) {
			t.Fatalf("%q does not match itself", name)
		}
	})
}
