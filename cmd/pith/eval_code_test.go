package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

// library writes Go functions with documentation.
func library(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("package lib\n")
	for i, verb := range []string{"opens", "shuts", "reads", "sorts", "draws", "joins"} {
		fmt.Fprintf(&b, "\n// F%d %s what the caller hands to it.\nfunc F%d() {\n\t%sNow()\n}\n", i, verb, i, strings.TrimSuffix(verb, "s"))
	}
	write(t, filepath.Join(dir, "lib.go"), b.String())
	return dir
}

func TestEvalRetrieval(t *testing.T) {
	env := map[string]string{"PITH_MODELS_CODE": "bm25"}
	out, _, err := command(t, env, "", "eval", "retrieval", "--source", library(t), "--language", "go", "--candidates", "6", "--sample", "5")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"among 6 of its folder, 5 questions", "go: 6 functions", "| bm25 | 1.000 [1.000, 1.000] |"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}

func TestEvalCode(t *testing.T) {
	dir := t.TempDir()
	var source strings.Builder
	for i := range 12 {
		fmt.Fprintf(&source, "def part_%d(x):\n    y = helper_%d(x)\n    return y + %d\n\n", i, i, i)
	}
	source.WriteString("def main():\n    x = 3\n    use_part_7(x)\n")
	row, err := json.Marshal(map[string]any{"_id": "1", "dataset": "lcc", "context": source.String(), "answers": []string{"    print(part_7(x))"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lcc.jsonl"), row, 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"PITH_MODELS_CODE": "bm25"}
	out, _, err := command(t, env, "", "eval", "code", "--data", dir, "--rates", "0.3", "--query-tokens", "24", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var r eval.CodeReport
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Groups) != 1 || r.Tail != 24 {
		t.Fatalf("%v: %s", err, out)
	}
	for arm, want := range map[string]float64{"longcodezip, bm25": 1, "longcodezip, bm25, rank only": 1, "bm25 lines": 1, "head lines": 0, "none": 1} {
		if c, ok := r.Groups[0].Cell(arm, 0.3); !ok || c.Share.Mean != want {
			t.Errorf("%s: %+v", arm, c)
		}
	}
	if _, ok := r.Groups[0].Cell("longcodezip, random, rank only", 0.3); !ok {
		t.Error("no random functions")
	}
}

func TestEvalCodeRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"no_data":     {"eval", "code"},
		"no_folder":   {"eval", "code", "--data", filepath.Join(t.TempDir(), "none")},
		"no_source":   {"eval", "retrieval", "--language", "go"},
		"no_language": {"eval", "retrieval", "--source", t.TempDir()},
		"one_of_one":  {"eval", "retrieval", "--source", t.TempDir(), "--language", "go", "--candidates", "1"},
	} {
		if _, _, err := command(t, nil, "", args...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
