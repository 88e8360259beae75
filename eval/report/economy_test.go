package report

import (
	"strings"
	"testing"
)

func TestMultiple(t *testing.T) {
	for v, want := range map[float64]string{0.1: "0.1×", 0.02: "0.02×", 0.033: "0.033×", 1: "1×", 1.25: "1.25×", 10: "10×", 0: "0×", 0.1 + 0.2: "0.3×"} {
		if got := multiple(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

// Each column says what its cache costs, the page as well as the Markdown; one of a vendor
// that the report knows nothing of says nothing.
func TestColumnsSayWhatCachesCost(t *testing.T) {
	r := small()
	r.Economics[0].Cached = map[string]float64{"openai": 0.5, "openai:gpt-4.1": 0.6, "unknown": 0.7}
	r.Vendors = append(r.Vendors, Vendor{Name: "openai:gpt-4.1", AsOf: "2026-10", Read: 0.25, Write: 1, MinTokens: 2048})
	page, _ := pageOf(t, r)
	text := markdownOf(t, r)
	for _, want := range []string{
		"| openai, cached (read 0.1×, write 1×, from 1,024 tokens; 2026-10) | openai:gpt-4.1, cached (read 0.25×, write 1×, from 2,048 tokens; 2026-10) | unknown, cached |",
		`Models with other prices or lengths: openai (\*gpt-4o\*, o1\*). A column for one comes by --vendors openai:MODEL.`,
		"relative to one of input;",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the Markdown lacks %q", want)
		}
	}
	for _, want := range []string{
		`openai, cached<br><small>read 0.1×, write 1×, from 1,024 tokens; 2026-10</small></th>`,
		`openai:gpt-4.1, cached<br><small>read 0.25×, write 1×, from 2,048 tokens; 2026-10</small></th>`,
		`>unknown, cached</th>`,
		"Models with other prices or lengths: openai (*gpt-4o*, o1*).",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := (Vendor{AsOf: "2026-10", Read: 0.1, Write: 1, Keep: 3.6, MinTokens: 1}).terms(); got != "read 0.1×, write 1× and 3.6× to keep, from 1 token; 2026-10" {
		t.Errorf("of one that is kept for money: %q", got)
	}
}

// Reports from before say no prices, and are not made to.
func TestOlderReportsSayNoPrices(t *testing.T) {
	r := small()
	r.Vendors = nil
	text := markdownOf(t, r)
	if !strings.Contains(text, "| openai, cached |") || strings.Contains(text, "heads of the cached columns") || strings.Contains(text, "other prices") {
		t.Error("prices are explained that are not there")
	}
}

func TestDollarsAreNotCalledMoreThanTheyAre(t *testing.T) {
	const head, says = "paid ÷ sum of scores", "Scores may be fractions"
	r := small()
	for range 2 {
		page, _ := pageOf(t, r)
		text := markdownOf(t, r)
		paid := r.Economics[0].Dollars != 0
		for name, s := range map[string]string{"page": page, "Markdown": text} {
			if strings.Contains(s, head) != paid || strings.Contains(s, says) != paid {
				t.Errorf("%s: paid is %v, and the table says otherwise", name, paid)
			}
			if strings.Contains(s, "per correct") {
				t.Errorf("%s: a sum of fractions is called correct answers", name)
			}
		}
		r.Economics[0].Dollars, r.Economics[0].DollarsPerCorrect = 0, 0
	}
}

func TestRefusedTextsAreSaidToBeRaw(t *testing.T) {
	const says = "A text that an arm refused counts as sent raw."
	r := small()
	if !strings.Contains(markdownOf(t, r), says) {
		t.Error("not a word of refused texts")
	}
	for i := range r.Cells {
		r.Cells[i].Refused = 0
	}
	if strings.Contains(markdownOf(t, r), says) {
		t.Error("no text was refused")
	}
}
