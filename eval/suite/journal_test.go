package suite

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
)

// small is a run of few results, for journals that are cut anywhere.
func small(dir string) Options {
	o := readerRun(dir)
	o.Set, o.Rates, o.Resamples = fakeSet(2), []float64{0.5}, 5
	return o
}

func TestCutAnywhere(t *testing.T) {
	want := mustRun(t, small(""))
	whole := t.TempDir()
	mustRun(t, small(whole))
	data, err := os.ReadFile(journalOf(whole))
	if err != nil {
		t.Fatal(err)
	}
	for end := 0; end <= len(data); end++ {
		if atEnd := end > 0 && data[end-1] == '\n' || end < len(data) && data[end] == '\n'; !atEnd && end%29 != 0 {
			continue // within a line any place is like any other
		}
		dir := t.TempDir()
		if err := os.WriteFile(journalOf(dir), data[:end], 0o600); err != nil {
			t.Fatal(err)
		}
		o := small(dir)
		n := watch(&o)
		same(t, "resumed", mustRun(t, o), want)
		rows := max(0, bytes.Count(data[:end], []byte("\n"))-1)
		if n.arms != want.Cells[0].Items*5-rows {
			t.Fatalf("cut at %d, %d calls beside %d rows", end, n.arms, rows)
		}
		if got, _ := os.ReadFile(journalOf(dir)); bytes.Count(got, []byte("\n")) != bytes.Count(data, []byte("\n")) {
			t.Fatalf("cut at %d, the journal has %d lines", end, bytes.Count(got, []byte("\n")))
		}
	}
}

func TestDamagedLines(t *testing.T) {
	want := mustRun(t, small(""))
	dir := t.TempDir()
	mustRun(t, small(dir))
	data, err := os.ReadFile(journalOf(dir))
	if err != nil {
		t.Fatal(err)
	}
	ls := bytes.SplitAfter(data, []byte("\n"))
	ls[2] = bytes.Replace(ls[2], []byte(`"kept":`), []byte(`"kept":1`), 1) // a number that still is JSON
	ls[4] = []byte("\x00\x00\x00\n")
	ls[5] = []byte("\n")
	if err := os.WriteFile(journalOf(dir), bytes.Join(ls, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	o := small(dir)
	n := watch(&o)
	got := mustRun(t, o)
	if note := got.Notes[len(got.Notes)-1]; n.arms != 3 || !strings.HasPrefix(note, "3 damaged lines") {
		t.Errorf("%d calls; note: %s", n.arms, note)
	}
	got.Notes = want.Notes
	same(t, "after damage", got, want)
}

func TestJournalOfOthers(t *testing.T) {
	later, err := encodeLine(head{journalKind, journalFormat + 1})
	if err != nil {
		t.Fatal(err)
	}
	other, err := encodeLine(head{"else", journalFormat})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, data, want string }{
		{"later_format", string(later), "the file has format 2, and this version of pith goes on with format 1 only"},
		{"other_kind", string(other), "the file is not a journal of an evaluation"},
		{"other_file", "dear diary\nyesterday\n", "the file is not a journal of an evaluation"},
		{"other_file_of_one_line", "dear diary", "the file is not a journal of an evaluation"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(journalOf(dir), []byte(tt.data), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Run(t.Context(), small(dir)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
			if got, _ := os.ReadFile(journalOf(dir)); string(got) != tt.data {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOneRunAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	j, err := openJournal(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), small(dir)); err == nil || !strings.Contains(err.Error(), "another run writes to "+dir) {
		t.Errorf("got %v", err)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	mustRun(t, small(dir))
	if info, err := os.Stat(journalOf(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: answers are for their owner alone", info.Mode(), err)
	}
}

// badFile fails at a call of Write or Sync, after it has written a part.
type badFile struct {
	*os.File
	writes, syncs int // that succeed
}

func (b *badFile) Write(p []byte) (int, error) {
	if b.writes--; b.writes < 0 {
		n, _ := b.File.Write(p[:len(p)/2])
		return n, errFake
	}
	return b.File.Write(p)
}

func (b *badFile) Sync() error {
	if b.syncs--; b.syncs < 0 {
		return errFake
	}
	return b.File.Sync()
}

func TestFullDisk(t *testing.T) {
	for _, tt := range []struct {
		name          string
		writes, syncs int
		rows          int
	}{
		{"write", 3, 1000, 3}, {"first_write", 0, 1000, 0}, {"sync", 1000, 0, syncRows},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			j, err := openJournal(dir)
			if err != nil {
				t.Fatal(err)
			}
			j.file = &badFile{j.file.(*os.File), tt.writes, tt.syncs}
			var failed error
			for k := range 2 * syncRows {
				err := j.add(&row{Key: strings.Repeat("k", k+1)})
				if failed != nil && err == nil {
					t.Fatal("it went on after an error")
				}
				failed = errors.Join(failed, err)
			}
			if !errors.Is(failed, errFake) {
				t.Fatalf("got %v", failed)
			}
			if err := j.close(); err != nil {
				t.Error(err)
			}
			again, err := openJournal(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(again.found) != tt.rows || again.damaged != 0 {
				t.Errorf("%d rows and %d damaged, want %d", len(again.found), again.damaged, tt.rows)
			}
			if err := again.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// FuzzJournal opens whatever a disk may give back behind the first line, and what is then
// added must be found again.
func FuzzJournal(f *testing.F) {
	first, _ := encodeLine(head{journalKind, journalFormat})
	one, _ := encodeLine(&row{Key: "a", Kept: 3})
	f.Add([]byte(nil))
	f.Add(one)
	f.Add(one[:len(one)-1])
	f.Add([]byte("{}\n[]\nnull\n{\"sum\":\"\",\"row\":null}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(journalOf(dir), append(bytes.Clone(first), data...), 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(dir)
		if err != nil {
			t.Fatal(err)
		}
		before := len(j.found)
		if err := errors.Join(j.add(&row{Key: "new", Kept: 5}), j.close()); err != nil {
			t.Fatal(err)
		}
		j, err = openJournal(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer j.close()
		if got := j.take("new"); got == nil || got.Kept != 5 || len(j.found) < before {
			t.Errorf("what was added is not found: %v", got)
		}
	})
}

func TestKeyHasAllOfAnItem(t *testing.T) {
	task := dataset.Task{Name: "t", Prompt: "{context}{input}"}
	key := func(it eval.Item) string {
		return itemKey(task, dataset.Question{Item: it, Prompt: func(string) string { return "" }})
	}
	for f := range reflect.TypeFor[eval.Item]().Fields() {
		var it eval.Item
		switch v := reflect.ValueOf(&it).Elem().FieldByIndex(f.Index); f.Type.Kind() {
		case reflect.String:
			v.SetString("x")
		case reflect.Int:
			v.SetInt(1)
		default:
			v.Set(reflect.ValueOf([]string{""}))
		}
		if key(it) == key(eval.Item{}) {
			t.Errorf("items that differ in %s have one key", f.Name)
		}
	}
}

func TestDigestsDiffer(t *testing.T) {
	sums := map[string]bool{}
	lists := [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}, {"\x01a", "b"}}
	for _, l := range lists {
		var d, e digest
		d.add(l...)
		e.list(l)
		sums[d.sum()], sums[e.sum()] = true, true
	}
	if len(sums) != 2*len(lists) {
		t.Errorf("%d digests of %d lists", len(sums), 2*len(lists))
	}
}
