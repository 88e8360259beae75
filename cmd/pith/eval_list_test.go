package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/measure"
)

// The lists name everything there is, in its order.
func TestListIsWhole(t *testing.T) {
	env := map[string]string{"PITH_HOME": t.TempDir()}
	out, _, err := evalPart(listCommand, env, "--json")
	var l evalList
	if err != nil || json.Unmarshal([]byte(out), &l) != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(l.Tasks) < len(dataset.Tasks()) || len(l.Measures) != len(measure.All())+1 || !slices.Equal(l.Methods, evalMethods()) {
		t.Errorf("%d tasks, %d measures, methods %+v", len(l.Tasks), len(l.Measures), l.Methods)
	}
	text, _, err := evalPart(listCommand, env)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	first := func(line string) bool { // the first cell of a line after the last one found
		i := strings.Index(text[at:], "\n"+line+" ")
		at += max(i, 0)
		return i >= 0
	}
	var names []string
	for _, s := range l.Datasets {
		names = append(names, s.Name)
	}
	for _, task := range l.Tasks {
		names = append(names, task.Name)
	}
	for _, m := range l.Methods {
		names = append(names, m.Name)
	}
	for _, m := range l.Measures {
		names = append(names, m.Name)
	}
	for _, n := range names {
		if !first(n) {
			t.Fatalf("%s is missing, or out of order:\n%s", n, text)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasSuffix(line, " ") {
			t.Errorf("blanks at the end of %q", line)
		}
	}
}

func TestListRows(t *testing.T) {
	l := evalList{
		Datasets: []listedSet{{Name: "a", Title: "A", Repository: "o/a", Where: "w"}, {Name: "b", Title: "B", Where: "the page of b", Licence: "MIT"},
			{Name: needleSet, Title: "Needles", Where: "made up"}},
		Tasks: []dataset.Task{{Name: "t", Set: "a", Language: "zh", Kind: dataset.QA, Metric: "qa_f1_zh", MaxTokens: 64}},
		Methods: []methodInfo{{Name: "m", About: "does this", Kind: "pith", Fixed: true}, {Name: "n", Kind: "baseline", Question: true,
			About: strings.Repeat("word ", 30)}},
		Measures: []listedMeasure{{"s", "survival"}},
	}
	var b strings.Builder
	if err := l.write(&b); err != nil {
		t.Fatal(err)
	}
	want := `DATA SET  TITLE    WHERE
a         A        not here; ` + "`pith eval pull a`" + ` fetches it from o/a
b         B        not here; get the page of b
                   licence: MIT
needles   Needles  made up

TASK  DATA SET  LANGUAGE  KIND  METRIC    MOST TOKENS
t     a         zh        qa    qa_f1_zh  64

METHOD  KIND      RATE      QUESTION  ABOUT
m       pith      its own   not used  does this
n       baseline  as asked  used      word word word word word word word word word word word word word word word
                                      word word word word word word word word word word word word word word word

MEASURE  ABOUT
s        survival
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestWrapped(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{""}},
		{"fits", "one two", []string{"one two"}},
		{"as_wide_as_allowed", "1234 67890", []string{"1234 67890"}},
		{"one_too_wide", "1234 678901", []string{"1234", "678901"}},
		{"long_word_is_whole", "a 12345678901234 b", []string{"a", "12345678901234", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrapped(c.text, 10); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
