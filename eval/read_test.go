package eval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadLongBenchDir(t *testing.T) {
	dir := t.TempDir()
	row := `{"_id":"1","dataset":"hotpotqa","language":"en","input":"Q?","context":"C","answers":["A","B"],"all_classes":null,"length":7}`
	if err := os.WriteFile(filepath.Join(dir, "hotpotqa.jsonl"), []byte(row+"\n\n"+row), 0o600); err != nil {
		t.Fatal(err)
	}
	items, err := ReadLongBenchDir(dir, QATasks)
	if err != nil || len(items) != 2 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	if it := items[1]; it.ID != "1" || it.Question != "Q?" || it.Context != "C" || len(it.Answers) != 2 || it.Length != 7 {
		t.Errorf("got %+v", it)
	}
	if _, err := ReadLongBenchDir(dir, []string{"qasper"}); err == nil {
		t.Error("a folder without the task passes")
	}
	for name, bad := range map[string]string{"json": row + "\n{", "fields": `{"id":1}`} {
		if _, err := ReadLongBench(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadSQuAD(t *testing.T) {
	file := `{"version":"1.1","data":[{"title":"T","paragraphs":[{"context":"Ada lived in London.","qas":[
		{"id":"q1","question":"Where?","answers":[{"text":"London","answer_start":13}]},
		{"id":"q2","question":"When?","is_impossible":true,"answers":[]}]}]}]}`
	items, err := ReadSQuAD(strings.NewReader(file), "xquad", "en")
	if err != nil || len(items) != 1 || items[0].ID != "q1" || items[0].Answers[0] != "London" || items[0].Language != "en" {
		t.Errorf("%+v, %v", items, err)
	}
	for _, bad := range []string{"{", `{"data":[]}`} {
		if _, err := ReadSQuAD(strings.NewReader(bad), "x", ""); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestReadPassages(t *testing.T) {
	ps, err := ReadPassages(strings.NewReader(`{"id":5,"source":"s","level":"tight","text":" a b\nc ","keep":"101"}
{"id":6,"source":"s","lang":"zh","level":"loose","unit":"char","text":"北 京a","keep":"110"}
{"id":7,"source":"s","question":"q?","text":"a","keep":"0"}`))
	if err != nil || len(ps) != 3 {
		t.Fatalf("%v, %v", ps, err)
	}
	if p := ps[0]; p.Language != "en" || p.Chars || !p.Keep[0] || p.Keep[1] || p.Text[p.Units[2].Start:p.Units[2].End] != "c" {
		t.Errorf("words: %+v", p)
	}
	if p := ps[1]; p.Language != "zh" || !p.Chars || p.Text[p.Units[1].Start:p.Units[1].End] != "京" {
		t.Errorf("characters: %+v", p)
	}
	if ps[2].Level != "evidence" {
		t.Errorf("evidence: %+v", ps[2])
	}
	if _, err := ReadPassages(strings.NewReader(`{"id":5,"text":"a b","keep":"101"}`)); err == nil {
		t.Error("three labels for two words pass")
	}
}

func TestAmong(t *testing.T) {
	var items []Item
	for _, w := range []string{"one", "two", "three", "four", "five"} {
		items = append(items, Item{ID: w, Context: "It is " + w + ".", Answers: []string{w}})
	}
	items = append(items, items[0])
	mixed := Among(items, 4, 1, MatchWords)
	places := map[int]bool{}
	for i, it := range mixed {
		texts := strings.Split(it.Context, "\n\n")
		if len(texts) != 4 || strings.Count(it.Context, items[i].Context) != 1 {
			t.Errorf("%s: %q", it.ID, texts)
		}
		for p, text := range texts {
			places[p] = places[p] || text == items[i].Context
		}
	}
	if len(places) < 2 || items[0].Context != "It is one." {
		t.Errorf("places %v; the items given are changed: %v", places, items[0])
	}
	if again := Among(items, 4, 1, MatchWords); again[2].Context != mixed[2].Context {
		t.Error("one seed, two sets")
	}
	if got := Sample(items, 3); len(got) != 3 || got[1].ID != "three" {
		t.Errorf("sample: %v", got)
	}
}
