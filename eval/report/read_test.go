package report

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestReadReturnsWhatWasWritten(t *testing.T) {
	for name, r := range map[string]*Report{"small": small(), "full": fullRead()} {
		var first, second bytes.Buffer
		if err := r.WriteJSON(&first); err != nil {
			t.Fatal(err)
		}
		got, err := Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got, r) {
			t.Errorf("%s: another report came back", name)
		}
		if err := got.WriteJSON(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: written again it differs (%v)", name, err)
		}
	}
}

func TestWriteJSONHasALineForEachElement(t *testing.T) {
	var b bytes.Buffer
	r := small()
	r.Notes = []string{`a "quoted, [text\`, "b"}
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n\"a \\\"quoted, [text\\\\\",\n\"b\"\n]", "\n{\"arm\":\"none\",\"rate\":0,", "{\n\"format\":1,\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in the JSON", want)
		}
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, in, err string }{
		{"later_member", `{"format":1,"later":{"a":[1]}}`, ""},
		{"no_format", `{"pith":"1"}`, `no member "format"`},
		{"later_format", `{"format":2}`, "its format is 2, this version reads 1"},
		{"later_format_of_another_shape", `{"format":2,"arms":7}`, "its format is 2"},
		{"not_json", `pith`, "not the JSON of a report"},
		{"cut_off", `{"format":1,"arms":[`, "not the JSON of a report"},
		{"two_values", `{"format":1}{}`, "not the JSON of a report"},
		{"list", `[]`, "not the JSON of a report"},
		{"wrong_type", `{"format":1,"rates":"0.5"}`, "read report"},
		{"arm_twice", `{"format":1,"arms":[{"name":"a"},{"name":"a"}]}`, `arm "a"`},
		{"arm_without_name", `{"format":1,"arms":[{}]}`, `arm ""`},
		{"task_twice", `{"format":1,"tasks":[{"name":"a"},{"name":"a"}]}`, `task "a"`},
		{"measure_of_no_kind", `{"format":1,"measures":[{"name":"m"}]}`, "offline or reader"},
		{"rate_zero", `{"format":1,"rates":[0]}`, "rates must be in (0, 1]; got 0"},
		{"cell_of_unknown_arm", `{"format":1,"cells":[{"arm":"x"}]}`, "cell 0"},
		{"cell_twice", `{"format":1,"arms":[{"name":"a"}],"cells":[{"arm":"a"},{"arm":"a"}]}`, "cell 1"},
		{"outcome_of_unknown_task", `{"format":1,"arms":[{"name":"a"}],"outcomes":[{"arm":"a","task":"x"}]}`, "outcome 0"},
		{"grid_of_unknown_arm", grids(`{"arm":"x","rate":0.5,"measure":"m","length":1,"items":1}`), "grid 0 (arm \"x\""},
		{"grid_of_all_arms", grids(`{"rate":0.5,"measure":"m","length":1,"items":1}`), "grid 0"},
		{"grid_of_unknown_measure", grids(`{"arm":"a","rate":0.5,"measure":"x","length":1,"items":1}`), "measure \"x\""},
		{"grid_of_no_measure", grids(`{"arm":"a","rate":0.5,"length":1,"items":1}`), "grid 0"},
		{"grid_at_another_rate", grids(`{"arm":"a","rate":0.4,"measure":"m","length":1,"items":1}`), "its rate 0.4 was not asked for"},
		{"grid_at_its_own_rate", grids(`{"arm":"a","measure":"m","length":1,"items":1}`), ""},
		{"grid_twice", grids(`{"arm":"a","measure":"m","length":1,"items":1},{"arm":"a","measure":"m","length":1,"items":2}`), "grid 1"},
		{"grid_without_length", grids(`{"arm":"a","measure":"m","items":1}`), "length and items must be at least 1"},
		{"grid_without_items", grids(`{"arm":"a","measure":"m","length":1}`), "length and items must be at least 1"},
		{"grid_too_deep", grids(`{"arm":"a","measure":"m","length":1,"items":1,"depth":1.01}`), "depth in [0, 1]; got 1, 1, 1.01"},
		{"grid_of_negative_depth", grids(`{"arm":"a","measure":"m","length":1,"items":1,"depth":-0.01}`), "depth in [0, 1]"},
		{"span_outside", `{"format":1,"examples":[{"text":"ab","shown":[{"spans":[[0,3]]}]}]}`, "example 0"},
		{"spans_overlap", `{"format":1,"examples":[{"text":"abcd","shown":[{"spans":[[0,3],[2,4]]}]}]}`, "example 0"},
		{"span_backwards", `{"format":1,"examples":[{"text":"abcd","shown":[{"spans":[[3,1]]}]}]}`, "example 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.in))
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got error %v, want %q", err, c.err)
			}
		})
	}
}

func TestReadIsBounded(t *testing.T) {
	in := `{"format":1}`
	if _, err := readUpTo(strings.NewReader(in), int64(len(in))); err != nil {
		t.Error(err)
	}
	if _, err := readUpTo(strings.NewReader(in), int64(len(in))-1); err == nil || !strings.Contains(err.Error(), "larger than 11 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	if _, err := Read(io.MultiReader(strings.NewReader(`{`), brokenReader{broken})); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestWriteDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := small().WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, name := range []string{"report.json", "report.md", "report.html"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want[name] = string(b)
	}
	// What cannot be written leaves what was there, and nothing else.
	bad := small()
	bad.Pith = "changed"
	bad.Outcomes[0].Values["survival"] = math.NaN()
	if err := bad.WriteDir(dir); err == nil {
		t.Error("NaN was written")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(want) {
		t.Errorf("left %d files, want %d (%v)", len(entries), len(want), err)
	}
	for name, before := range want {
		if after, _ := os.ReadFile(filepath.Join(dir, name)); string(after) != before {
			t.Errorf("%s changed", name)
		}
	}
	if err := small().WriteDir(filepath.Join(dir, "report.md")); err == nil {
		t.Error("wrote into a file")
	}
}

// TestWritersPassErrorsOn breaks the writer at its first byte.
func TestWritersPassErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	r := small()
	c, err := Compare(r, r, CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer) error{
		"json": r.WriteJSON, "markdown": r.WriteMarkdown, "html": r.WriteHTML, "svg": func(w io.Writer) error { return r.WriteSVG(w, "score") },
		"comparison_json": c.WriteJSON, "comparison_markdown": c.WriteMarkdown,
	} {
		if err := write(brokenWriter{broken}); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

// FuzzRead: whatever can be read can be shown and compared without a panic.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := small().WriteJSON(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"format":1,"rates":[0.5],"measures":[{"name":"m","kind":"offline"}],"arms":[{"name":"a"}],"cells":[{"arm":"a","rate":0.5,"values":{"m":{"items":1,"mean":-1e308,"low":-1e308,"high":1e308}}}]}`))
	f.Add([]byte(grids(`{"arm":"a","measure":"m","length":1,"items":1,"depth":1,"mean":1e308},{"arm":"a","measure":"m","length":9223372036854775807,"items":9223372036854775807,"mean":-1e308}`)))
	f.Add([]byte(`{"format":1,"arms":[{"name":"a"}],"lengths":[{"arm":"a","tokens":1,"p50_ms":1e-300,"p95_ms":1e300}],"economics":[{"arm":"a","rate":-1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		for _, write := range []func(io.Writer) error{r.WriteJSON, r.WriteMarkdown, r.WriteHTML} {
			if err := write(io.Discard); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range r.Measures {
			if err := r.WriteSVG(io.Discard, m.Name); err != nil {
				t.Fatal(err)
			}
		}
		Compare(r, r, CompareOptions{Resamples: 100}) // an error is fine
		CheckSummary(Summary(r), Summary(r), nil)
	})
}
