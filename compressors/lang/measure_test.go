package lang_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/lang"
)

// TestMeasure prints how often [lang.Detect] agrees with labelled texts, for the
// JSONL files that PITH_LANG_DATA lists, separated by colons. A row has its text
// in text or context, its code in lang or language; a row without one is English.
// It judges nothing.
func TestMeasure(t *testing.T) {
	files := os.Getenv("PITH_LANG_DATA")
	if files == "" {
		t.Skip("set PITH_LANG_DATA to JSONL files of labelled texts to measure accuracy")
	}
	for name := range strings.SplitSeq(files, ":") {
		t.Log(name + "\n" + measure(t, name))
	}
}

func measure(t *testing.T, name string) string {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, right, wrong := map[string]int{}, map[string]int{}, map[string]int{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var r struct{ Text, Context, Lang, Language string }
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		want := cmp.Or(r.Lang, r.Language, "en")
		got := lang.Detect(cmp.Or(r.Text, r.Context))
		rows[want]++
		if got == want {
			right[want]++
			continue
		}
		wrong[want+" taken for "+cmp.Or(got, "nothing")]++
	}
	var b strings.Builder
	total, good := 0, 0
	for _, l := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(&b, "%s %d/%d  ", l, right[l], rows[l])
		total, good = total+rows[l], good+right[l]
	}
	fmt.Fprintf(&b, "\nall %d/%d = %.4f\n", good, total, float64(good)/float64(total))
	pairs := slices.SortedFunc(maps.Keys(wrong), func(a, b string) int {
		return cmp.Or(cmp.Compare(wrong[b], wrong[a]), cmp.Compare(a, b))
	})
	for _, p := range pairs {
		fmt.Fprintf(&b, "%s: %d; ", p, wrong[p])
	}
	return b.String()
}
