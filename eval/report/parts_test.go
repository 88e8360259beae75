package report

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzSpread(f *testing.F) {
	f.Add([]byte{1, 1, 1, 200, 201, 255}, 15.0)
	f.Add([]byte{}, 1.0)
	f.Add([]byte{0, 12, 100, 112, 124}, 15.0)
	f.Fuzz(func(t *testing.T, raw []byte, gap float64) {
		if !(gap > 0.1 && gap < 1000) {
			return
		}
		slices.Sort(raw)
		want := make([]float64, len(raw))
		for i, b := range raw {
			want[i] = float64(b)
		}
		got := spread(want, gap, 0, 255)
		if len(got) != len(want) {
			t.Fatalf("%d places for %d", len(got), len(want))
		}
		fits := gap*float64(len(want)-1) <= 255
		for i, y := range got {
			if i > 0 && y-got[i-1] < gap-1e-6 {
				t.Errorf("places %v and %v are too near", got[i-1], y)
			}
			if y < -1e-6 || fits && y > 255+1e-6 {
				t.Errorf("place %v is outside", y)
			}
		}
		apart := true
		for i := 1; i < len(want); i++ {
			apart = apart && want[i]-want[i-1] >= gap
		}
		if apart && !slices.Equal(got, want) {
			t.Errorf("moved %v to %v without need", want, got)
		}
	})
}

func TestLinearTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0, 0.93, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-2.4, -0.3, "−2.5 −2.0 −1.5 −1.0 −0.5 0.0"},
		{0.5, 0.5, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0, 40, "0 10 20 30 40"},
	} {
		var got []string
		for _, tk := range linearTicks(c.lo, c.hi, 5) {
			got = append(got, tk.label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%v to %v: got %s, want %s", c.lo, c.hi, s, c.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for got, want := range map[string]string{
		num(-0.0001): "0.000", num(-1.5): "−1.500", num(math.NaN()): missing, signed(0.25): "+0.250", signed(0): "0.000", signed(0.0001): "0.000",
		count(0): "0", count(999): "999", count(1234567): "1,234,567", count(-1234): "-1,234", count(-123): "-123",
		ratio(0.5): "2×", ratio(1 / 1.5): "1.5×", ratio(0.33): "3×", ratio(0): "own rate", asked(0.2): "5× (keep 20 %)",
		millis(0): missing, millis(0.0042): "4.2 µs", millis(0.5): "0.50 ms", millis(12.4): "12 ms", millis(1500): "1.5 s",
		dollars(0): missing, dollars(12.345): "$12.35", dollars(0.0125): "$0.0125", dollars(0.000123): "$0.000123", dollars(0.0000555555): "$0.0000556",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestArmsLookDifferent: no two of thirteen arms share colour, mark, filling and dash;
// without colour they still differ.
func TestArmsLookDifferent(t *testing.T) {
	type look struct {
		marker int
		open   bool
		dash   string
	}
	seen := map[look]string{}
	for name, s := range stylesOf(thirteen) {
		if name == "none" {
			continue // a line without marks
		}
		l := look{s.marker, s.open, s.dash}
		if seen[l] != "" {
			t.Errorf("%s and %s look alike without colours", name, seen[l])
		}
		seen[l] = name
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("Ada wrote it, says Ada", "Ada", 0, 3, 9)
	f.Add("äöü中文", "ö", 1, 3, 8)
	f.Add(strings.Repeat("wörter und 中文 ", 900)+"Ada"+strings.Repeat(" Ende", 900), "Ada", 3, 5000, 9000)
	f.Fuzz(func(t *testing.T, text, answer string, a, b, c int) {
		cut := []int{min(max(a, 0), len(text)), min(max(b, 0), len(text)), min(max(c, 0), len(text))}
		slices.Sort(cut)
		e := Example{Text: text, Answers: []string{answer}}
		got := pieces(e, Shortened{Spans: [][2]int{{cut[0], cut[1]}, {cut[1], cut[2]}}})
		var shown strings.Builder
		for _, p := range got {
			if utf8.ValidString(text) && utf8.ValidString(answer) && !utf8.ValidString(p.Text) {
				t.Errorf("%q cuts a character", p.Text)
			}
			if p.Class != "cut" {
				shown.WriteString(p.Text)
			}
		}
		if len(text) <= shownWhole && shown.String() != text {
			t.Errorf("of %q is shown %q", text, shown.String())
		}
		if len(text) > shownWhole && answer != "" && strings.Contains(text, answer) && strings.TrimSpace(answer) != "" && !strings.Contains(shown.String(), answer) {
			t.Errorf("the answer %+v is not shown", answer)
		}
	})
}

func TestPieces(t *testing.T) {
	e := Example{Text: "It was Ada who wrote it.", Answers: []string{"Ada"}}
	got := pieces(e, Shortened{Spans: [][2]int{{7, 10}, {15, 21}}})
	want := []piece{{"gone", "It was ", false}, {"kept", "Ada", true}, {"gone", " who ", false}, {"kept", "wrote ", false}, {"gone", "it.", false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := pieces(e, Shortened{Spans: [][2]int{}}); len(got) != 3 || got[1] != (piece{"gone", "Ada", true}) {
		t.Errorf("of nothing kept: %+v", got)
	}
	if got := pieces(e, Shortened{}); got != nil {
		t.Errorf("of an arm that kept no text: %+v", got)
	}
}

func TestCheckSummary(t *testing.T) {
	base := string(Summary(small()))
	line := "llmlingua2                  0.5  survival                 0.700   0.490"
	if !strings.Contains(base, line) {
		t.Fatalf("no line %q in\n%s", line, base)
	}
	swap := func(old, new string) string { return strings.Replace(base, old, new, 1) }
	loose := func(arm, measure string) float64 {
		if arm == "llmlingua2" && measure == "survival" {
			return 0.01
		}
		return 0
	}
	for _, c := range []struct {
		name      string
		got       string
		tolerance func(arm, measure string) float64
		want      string
	}{
		{"equal", base, nil, ""},
		{"lower", swap("0.700   0.490", "0.699   0.490"), nil, "worse: llmlingua2 at 0.5, survival is 0.699, was 0.700"},
		{"lower_within", swap("0.700   0.490", "0.690   0.490"), loose, ""},
		{"lower_beyond", swap("0.700   0.490", "0.689   0.490"), loose, "worse: llmlingua2 at 0.5, survival is 0.689, was 0.700"},
		{"higher", swap("0.700   0.490", "0.900   0.490"), nil, ""},
		{"keeps_more", swap("0.700   0.490", "0.700   0.500"), nil, "keeps more: llmlingua2 at 0.5, survival keeps 0.500, was 0.490"},
		{"keeps_less", swap("0.700   0.490", "0.700   0.400"), nil, ""},
		{"missing", swap(line+"\n", ""), nil, "missing: llmlingua2 at 0.5, survival"},
		{"new", base + "next 0.5 survival 0.1 0.5\n", nil, "new: next at 0.5, survival"},
		{"unreadable", base + "next 0.5 survival 0.1\n", nil, "got line 13: not five fields"},
		{"not_a_number", swap("0.700   0.490", "NaN   0.490"), nil, "worse: llmlingua2 at 0.5, survival is NaN, was 0.700"},
		{"twice", base + line + "\n", nil, "got line 13: not a number, or there twice"},
		{"other_set", swap("set tiny", "set other"), nil, "measured something else"},
		{"nothing", "", nil, "measured something else"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := CheckSummary([]byte(base), []byte(c.got), c.tolerance)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) == 0 || !strings.HasPrefix(got[0], c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.name == "nothing" && len(got) != 11 {
				t.Errorf("%d complaints, want 11: %q", len(got), got)
			}
		})
	}
	r := small()
	for i := range r.Cells {
		r.Cells[i].P50 *= 2
	}
	if string(Summary(r)) != base {
		t.Error("there is a timing in the summary")
	}
}
