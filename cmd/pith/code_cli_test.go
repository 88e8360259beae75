package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inGreenhouse goes to a folder with the files of greenhouse, and some that are not to be
// read.
func inGreenhouse(t *testing.T) {
	t.Helper()
	files := maps.Clone(greenhouse)
	files[".git/HEAD"] = "ref: refs/heads/main\n"
	files[".gitignore"] = "/out/\n*.bak\n"
	files["out/ledger.go"] = greenhouse["src/ledger.go"]
	files["src/ledger.go.bak"] = greenhouse["src/ledger.go"]
	files["src/mortgage.md"] = "Which mortgage is unbalanced? " + strings.Repeat("None of these. ", 300)
	files["node_modules/x/x.js"] = "function mortgage() {}\n"
	inFolder(t, files)
}

func TestCompressAFolderOfCode(t *testing.T) {
	inGreenhouse(t)
	for _, scorer := range []string{"bm25", ""} {
		args := []string{"compress", "--method", "longcodezip", "--question", theQuestion, "--target-tokens", "300"}
		if scorer != "" {
			args = append(args, "--model", scorer)
		}
		out, summary, err := commandHere("", append(args, ".")...)
		if err != nil {
			t.Fatal(err)
		}
		heads := regexp.MustCompile(`(?m)^==> (.*) <==$`).FindAllStringSubmatch(out, -1)
		if len(heads) == 0 || !slices.IsSortedFunc(heads, func(a, b []string) int { return strings.Compare(a[1], b[1]) }) {
			t.Errorf("heads %q", heads)
		}
		if scorer == "bm25" && !strings.Contains(out, "func (b *Book) Mortgage(year int) (int, error) {\n") {
			t.Errorf("what the question is about is gone:\n%s", out)
		}
		count := regexp.MustCompile(`pith: 3 files: (\d+) whole, (\d+) cut, (\d+) dropped; (\d+) of \d+ tokens kept \(\d+\.\d %\); \d+ with their names\n`).FindStringSubmatch(summary)
		if count == nil || len(count[4]) > 3 || count[4] > "300" || !strings.Contains(summary, "passed by: 1 vendored folders, 1 files that are no code\n") {
			t.Errorf("summary %q", summary)
		}
	}
}

// Files that were dropped whole are in the summary only.
func TestCompressShowsNoDroppedFiles(t *testing.T) {
	inGreenhouse(t)
	out, summary, err := commandHere("", "compress", "-m", "longcodezip", "--model", "bm25", "-q", theQuestion, "-t", "150", "src", "web")
	if err != nil {
		t.Fatal(err)
	}
	heads := regexp.MustCompile(`(?m)^==> (.*) <==$`).FindAllString(out, -1)
	want := fmt.Sprintf("3 files: 0 whole, %d cut, %d dropped;", len(heads), 3-len(heads))
	if len(heads) == 3 || heads[0] != "==> src/ledger.go <==" || !strings.Contains(summary, want) {
		t.Errorf("heads %q, summary %q", heads, summary)
	}
}

func TestCompressCodeAsJSON(t *testing.T) {
	inGreenhouse(t)
	out, _, err := commandHere("", "compress", "-m", "longcodezip", "--model", "bm25", "--instruction", theQuestion, "-r", "0.3", "--json", "--keep", "Valve.leakage", "src", "web/charts.ts")
	if err != nil {
		t.Fatal(err)
	}
	var res printedMany
	if err := json.Unmarshal([]byte(out), &res); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, "null") {
		t.Errorf("an empty list is null: %s", out)
	}
	if res.Method != "longcodezip" || !slices.Equal(res.Models, []string{"bm25"}) || len(res.Contexts) != 3 || float64(res.OutputTokens) > 0.3*float64(res.InputTokens) {
		t.Errorf("%s, %v, %d contexts, %d of %d tokens", res.Method, res.Models, len(res.Contexts), res.OutputTokens, res.InputTokens)
	}
	kept := false
	for i, name := range sortedNames() {
		if c := res.Contexts[i]; c.ID != name || len(c.Chunks) < 6 || c.Spans != nil {
			t.Errorf("%s: %d chunks, %+v", name, len(c.Chunks), c)
		}
		for _, k := range res.Contexts[i].Chunks {
			kept = kept || k.Name == "Valve.leakage" && k.Action == "full"
		}
	}
	if !kept {
		t.Error("what --keep names is not whole")
	}
}

func TestCompressOneFileOfCode(t *testing.T) {
	inGreenhouse(t)
	args := []string{"compress", "-m", "longcodezip", "--model", "bm25", "-q", "How is the pressure read?", "-t", "200", "--marks", "range"}
	out, summary, err := commandHere("", append(args, "src/valves.py")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"import json\n", "class Valve:\n", "    def pressure(self, rows):\n", "# ... (lines "} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is gone:\n%s", part, out)
		}
	}
	if strings.Contains(out, "==>") || !strings.Contains(summary, "pith: compressed, ") {
		t.Errorf("%q\n%s", summary, out)
	}
	piped, _, err := commandHere(greenhouse["src/valves.py"], append(args, "--language", "python", "-")...)
	if err != nil || piped != out {
		t.Errorf("from the standard input: %v\n%s", err, piped)
	}
	whole, _, err := commandHere("", "compress", "-m", "longcodezip", "-q", "pressure", "-r", "0.4", "--rank-only", "--marks", "none", "--model", "bm25", "src/valves.py")
	if err != nil || strings.Contains(whole, "omitted") || !strings.Contains(whole, "        return json.dumps({\"pressure\": total})\n") {
		t.Errorf("%v\n%s", err, whole)
	}
}

// What the command prints for several files can be given to it again.
func TestCompressWhatWasPrinted(t *testing.T) {
	inGreenhouse(t)
	all, _, err := commandHere("", "compress", "-m", "none", "src/ledger.go", "src/valves.py", "web")
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := commandHere(all, "compress", "-m", "longcodezip", "--model", "bm25", "-q", theQuestion, "-t", "400", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var res printed
	if err := json.Unmarshal([]byte(out), &res); err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	for _, c := range res.Chunks {
		name, _, _ := strings.Cut(c.Name, ":")
		files[name] = true
	}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, sortedNames()) {
		t.Errorf("the files in it were taken for %q", got)
	}
	if !strings.Contains(res.Text, "func (b *Book) Mortgage") || res.OutputTokens > 400 {
		t.Errorf("%d tokens:\n%s", res.OutputTokens, res.Text)
	}
}
