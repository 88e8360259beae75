package tokenize

import (
	"strings"
	"testing"
)

// benchText repeats s up to about 1 MB.
func benchText(s string) string { return strings.Repeat(s, 1_000_000/len(s)+1) }

// benchTexts are typical (prose, code, cjk) and worst cases of about 1 MB each.
func benchTexts(b *testing.B) map[string]string {
	b.Helper()
	var prose, code, cjk strings.Builder
	for i, r := range readRecorded(b) {
		switch {
		case r.Bytes != nil || len(r.Text) < 60:
		case strings.ContainsAny(r.Text, "的。"):
			cjk.WriteString(r.Text)
		case strings.ContainsAny(r.Text, "{}();"):
			code.WriteString(r.Text)
		}
		if i == 0 {
			prose.WriteString(benchProse)
		}
	}
	return map[string]string{
		"prose": benchText(prose.String()), "code": benchText(code.String()), "cjk": benchText(cjk.String()),
		"letters":   benchText("abcdefghijklmnopqrstuvwxyzaeiou"),
		"oneletter": benchText("a"), "spaces": benchText(" "), "newlines": benchText("\n"), "nul": benchText("\x00"),
		"emoji": benchText("😀👍🏽"), "marks": benchText("\u0301"), "hanzi": benchText("委员会经过长时间讨论决定不续签合同"),
	}
}

const benchProse = "The minutes of the third quarterly review record that the supplier had missed two deliveries, " +
	"that nobody on the call could say why, and that Ms Okonkwo would write to them before the end of the week. " +
	"It wasn't the first time: in 2021 a similar delay had cost roughly 41,000 euros, most of it in overtime.\n\n"

// BenchmarkCount: prose is typical; oneletter, one piece of a megabyte, is the worst.
func BenchmarkCount(b *testing.B) {
	for _, e := range []*encoding{o200k, cl100k} {
		e.prepare()
		for name, text := range benchTexts(b) {
			b.Run(e.name+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					e.Count(text)
				}
			})
		}
	}
}

func BenchmarkLoadRanks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ranks, err := loadRanks(o200k.file, o200k.digest)
		if err != nil {
			b.Fatal(err)
		}
		newBPE(ranks)
	}
}
