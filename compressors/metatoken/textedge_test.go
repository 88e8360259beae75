package metatoken

import (
	"slices"
	"strings"
	"testing"
)

// In these texts '|' stands where a stand-in would begin or end.
func TestEdges(t *testing.T) {
	tests := []struct {
		cut           string
		opens, closes bool
	}{
		{"|the queue", true, false},
		{"the queue|", false, true},
		{"on |node-17", true, false},
		{"on| node-17", false, true},
		{"failed|; retry", false, true},
		{"(|the queue", true, false},
		{"\"|the queue", true, false},
		{"the queue|\"", false, true},
		{"<td>|the queue", true, false},

		{"ser|vice", false, false},
		{"pool|_28", false, false},
		{"pool_|28", false, false},
		{"codec|::pool", false, false},
		{"codec::|pool", false, false},
		{"codec:|:pool", false, false},
		{"usr|/bin", false, false},
		{"usr/|bin", false, false},
		{"/|usr", false, false},
		{"usr|/", false, false},
		{"a|.b", false, false},
		{"a.|b", false, false},
		{"node|-17", false, false},
		{"node-|17", false, false},
		{"--|flag", false, false},
		{"user|@host", false, false},
		{"user@|host", false, false},
		{"C:|\\tmp", false, false},
		{"C:\\|tmp", false, false},
		{"$|HOME", false, false},
		{"don|'t", false, false},
		{"don'|t", false, false},
		{"don|’t", false, false},
		{"call|(x)", false, false},
		{"call(|x)", true, false},
		{"index|[0]", false, false},

		{"8192|000", false, false},
		{"8|,192", false, false},
		{"8,|192", false, false},
		{"3|.14", false, false},
		{"3.|14", false, false},
		{"10|:30", false, false},
		{"10:|30", false, false},
		{"50|%", false, false},
		{"10|\u00a0000", false, false},
		{"10\u00a0|000", false, false},

		{"it ends|.", false, true},
		{"it ends|. Then", false, true},
		{"it ends|...", false, true},
		{"it ends|: so", false, true},
		{"it ends|, so", false, true},
		{"'it ends|'", false, true},
		{"\"key\":|\"the value\"", true, true},
		{"key=|the value", true, false},
		{"key=|\"the value\"", true, false},
		{"key|=the value", false, false},
		{"key| = the value", false, false},

		{"https://example.com/?|a=b", false, false},
		{"https://example.com/?a=b|,c", false, false},
		{"<https://example.com/?a=b|> and", false, true},
		{"https://example.com |the queue", true, false},

		{"é|é", false, false},
		{"错|误", false, false},
		{"，|错误", true, false},
		{"错误|。", false, true},
		{"\xe9\x94|\x99", false, false},
		{"\xc2|\xa7", false, false},
		{"a |\xff", true, false},
	}
	for _, x := range tests {
		i := strings.Index(x.cut, "|")
		text := x.cut[:i] + x.cut[i+1:]
		if got := opens(text, i); got != x.opens {
			t.Errorf("%q: opens is %v", x.cut, got)
		}
		if got := closes(text, i); got != x.closes {
			t.Errorf("%q: closes is %v", x.cut, got)
		}
	}
}

func TestUnits(t *testing.T) {
	tests := []struct{ name, units string }{
		{"words", "the| quick| fox"},
		{"names", "pool_28|,| codec::pool| usr/bin/x| a.b.c| node-17| u@h.org| C:\\tmp\\x| $HOME| -x| --long|."},
		{"numbers", "8,192,000| 3.14| 10:30:00|,| 50%|,| 2026-03-01T10:00:00Z|."},
		{"pairs", "level=info| msg=|\"|failed|\"| a| ==| b"},
		{"urls", "see| https://example.com/a?b=c,d&e#f|.| (|http://x.org/y|)"},
		{"marks", "call|(|x|);| {\"|key|\":\"|value|\"},{\"|n|\"|:1|}"},
		{"html", "<|td| class=|\"|a|\">|Text|<|/td|>"},
		{"quotes", "don't| '|so|'"},
		{"blanks", "a|\n|  | b|\r\n|c|   | d|\n\n|\t|e| "},
		{"chinese", "网络连接失败|，|请稍后重试|。"},
	}
	for _, x := range tests {
		want := strings.Split(x.units, "|")
		text := strings.Join(want, "")
		var got []string
		for i := 0; i < len(text); {
			end := unitEnd(text, i)
			got = append(got, text[i:end])
			i = end
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", x.name, got, want)
		}
	}
}

// Between units a stand-in may begin and end, but for the marks that only one side of a
// text shows. And no unit is empty.
func FuzzUnits(f *testing.F) {
	f.Add("the quick fox, a.b.c 8,192 https://x.org/?a=b.")
	f.Add("don't C:\\x ... ::a :: b=c ==d")
	f.Fuzz(func(t *testing.T, text string) {
		for i := 0; i < len(text); {
			end := unitEnd(text, i)
			if end <= i || end > len(text) {
				t.Fatalf("the unit at %d of %q ends at %d", i, text, end)
			}
			before, _ := kindAt(text, end)
			if k := kindBefore(text, end); k == wordy && before == wordy {
				t.Fatalf("%q is cut within a word", text[:end])
			}
			i = end
		}
	})
}

func TestTraits(t *testing.T) {
	tests := []struct {
		unit string
		want traits
	}{
		{" queue", traits{words: 2}},
		{"WARN", traits{words: 2}},
		{" DataNode", traits{words: 1}},
		{" a", traits{}},
		{" node-17", traits{}},
		{" /usr/bin/env", traits{}},
		{" pool_a", traits{}},
		{" 17", traits{words: -1, number: true}},
		{" 10:30", traits{words: -1, number: true}},
		{" 0xff", traits{}},
		{"\n", traits{blank: true, newline: true}},
		{"  ", traits{blank: true}},
		{" ", traits{blank: true}},
		{" (", traits{marks: true, open: true}},
		{"):", traits{marks: true, inner: true}},
		{"网络连接失败", traits{words: 6}},
		{" été", traits{words: 2}},
	}
	for _, x := range tests {
		if got := traitsOf(x.unit); got != x.want {
			t.Errorf("%q: got %+v", x.unit, got)
		}
	}
}
