package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// A report with answers is not replaced by one without them, or with another reader's; a
// run of the same reader goes on. Plots take their names as reports do.
func TestEvalRunKeepsAnswers(t *testing.T) {
	s := httptest.NewServer(fakevendor.New(fakevendor.Options{}))
	defer s.Close()
	dir := filepath.Join(t.TempDir(), "out")
	env := map[string]string{"PITH_HOME": t.TempDir(), "PITH_READER_KEY": readerKey}
	set := writeRows(t, map[string]any{"id": "a", "context": "The mill is red.", "question": "What is red?", "answers": []string{"the mill"}},
		map[string]any{"id": "b", "context": "The barn is blue.", "question": "What is blue?", "answers": []string{"the barn"}})
	run := func(args ...string) error {
		_, _, err := command(t, env, "", append([]string{"eval", "run", "--dataset", set, "--rates", "0.5", "--resamples", "100", "--out", dir}, args...)...)
		return err
	}
	if err := run("--methods", "none"); err != nil {
		t.Fatal(err)
	}
	asks := []string{"--reader", s.URL + "/v1/", "--reader-model", "m", "--reader-system", promptCanary}
	if err := run(append(asks, "--methods", "none")...); err != nil {
		t.Fatalf("a report without answers is replaced: %v", err)
	}
	before := folderState(t, dir)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no_reader":     {[]string{"--methods", "none,head"}, "which has no reader, would replace it: give another --out"},
		"other_model":   {[]string{"--methods", "none", "--reader", s.URL + "/v1", "--reader-model", "m2"}, "which asks m2 at "},
		"unknown_model": {[]string{"--methods", "none", "--reader", "http://127.0.0.1:1/v1", "--reader-model", "m"}, "give another --out"},
	} {
		err := run(c.args...)
		if err == nil || exitCode(err) != exitUsage || !strings.Contains(message(err), c.want) || !strings.Contains(message(err), "the answers of m at ") {
			t.Errorf("%s: %v", name, err)
		}
		if after := folderState(t, dir); after != before {
			t.Errorf("%s: it left\n%s\nof\n%s", name, after, before)
		}
	}
	keep := filepath.Join(t.TempDir(), "keep.txt")
	write(t, keep, "untouched")
	if err := os.Symlink(keep, filepath.Join(dir, "score.svg")); err != nil {
		t.Fatal(err)
	}
	if err := run(append(asks, "--methods", "none,head", "--plots")...); err != nil {
		t.Fatalf("the same reader goes on: %v", err)
	}
	if text, err := os.ReadFile(keep); err != nil || string(text) != "untouched" {
		t.Errorf("a plot went through a link: %q, %v", text, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "score.svg")); err != nil || !strings.HasPrefix(string(text), "<svg") {
		t.Errorf("score.svg: %.20q, %v", text, err)
	}
	r, err := readReport(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := "--reader " + s.URL + " --reader-model m --reader-system 'SYSTEM PROMPT'"; !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, want) }) {
		t.Errorf("no %q in %q", want, r.Notes)
	}
	for _, name := range []string{"report.json", "report.md", "report.html"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		quiet(t, string(text))
	}
}

// folderState is the names of a folder's files, and what the reports hold.
func folderState(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(e.Name() + "\n")
		if e.Type().IsRegular() {
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
	}
	return b.String()
}

// What is no report is left alone too, and one of another format is read for its reader.
func TestAnsweredBy(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	if name, err := answeredBy(path); name != "" || err != nil {
		t.Errorf("no report: %q, %v", name, err)
	}
	for _, c := range []struct{ text, name, err string }{
		{`{"format": 99, "reader": {"name": "m at h", "answers": 3}}`, "m at h", ""},
		{`{"format": 1, "reader": {"name": "m at h", "answers": 0}}`, "", ""},
		{`{"format": 1}`, "", ""},
		{`{"reader": {"name": "m`, "", "not the JSON of a report"},
		{"", "", "not the JSON of a report"},
	} {
		write(t, path, c.text)
		name, err := answeredBy(path)
		if name != c.name || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", c.text, name, err)
		}
	}
	if _, err := answeredBy(dir); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a folder: %v", err)
	}
}

func TestRepeatable(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"eval run --dataset /home/me/a.jsonl,/b/c --out=/tmp/out", "pith eval run --dataset a.jsonl,c --out=out"},
		{"eval run --reader https://h.example:8443/KEY/v1?k=KEY --reader-model m", "pith eval run --reader https://h.example:8443 --reader-model m"},
		{"eval run --reader=https://u:KEY@h.example/KEY --reader-system=KEY", "pith eval run --reader=https://h.example '--reader-system=SYSTEM PROMPT'"},
		{"eval run --reader-system KEY --url http://127.0.0.1:8484/KEY", "pith eval run --reader-system 'SYSTEM PROMPT' --url http://127.0.0.1:8484"},
		{"eval run --reader KEY --url ://KEY", "pith eval run --reader URL --url URL"},
		{"eval run --note --reader --reader https://h.example/KEY", "pith eval run --note --reader URL https://h.example"},
		{"eval run --note it's", `pith eval run --note 'it'\''s'`},
	} {
		if got := repeatable(strings.Fields(c.args)); got != c.want || strings.Contains(got, "KEY") {
			t.Errorf("%s\ngot  %s\nwant %s", c.args, got, c.want)
		}
	}
}
