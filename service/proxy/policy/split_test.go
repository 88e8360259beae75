package policy

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/content/contenttest"
)

// filler stands for {NAME} in testdata/split.txt. Each is longer than the least
// context; with a tilde, {~NAME}, it is not expected in a piece.
func filler(t testing.TB) map[string]string {
	all := contenttest.Samples(t)
	of := func(class content.Class, name string, times int) string {
		for _, s := range all[class] {
			if s.Name == name {
				return strings.TrimSpace(strings.Repeat(strings.TrimSpace(s.Text)+"\n\n", times))
			}
		}
		t.Fatalf("no sample %s/%s", class, name)
		return ""
	}
	return map[string]string{
		"EN": of(content.Prose, "one_long_line", 1) + "\n\n" + of(content.Prose, "contract", 1) + "\n\n" + of(content.Prose, "article", 1) + "\n\n" + of(content.Prose, "dialogue_novel", 1), "EN2": of(content.Prose, "article", 4), "ZH": of(content.Prose, "chinese", 5),
		"DE": of(content.Prose, "german", 5), "TALK": of(content.Prose, "transcript", 5), "CODE": of(content.Code, "go", 6),
		"JSON": "[" + strings.Repeat(`{"city": "Springfield", "high": 12.5, "low": 3},`, 60) + `{}]`,
		"DIFF": of(content.Diff, "git", 10), "TRACE": of(content.Trace, "java", 9),
		"FR": strings.TrimSpace(strings.Repeat("Le conseil municipal a décidé mardi de fermer le vieux pont pendant deux ans. Les ingénieurs avaient "+
			"averti au printemps que le pilier de l'est s'enfonçait.\n\n", 12)),
		"ES": strings.TrimSpace(strings.Repeat("El ayuntamiento decidió el martes cerrar el viejo puente durante dos años. Los ingenieros habían "+
			"advertido en primavera de que el pilar del este se hundía.\n\n", 12)),
		"QUESTION": strings.Repeat("Who built the first mill, and when was it that the second one followed? ", 25),
		"CR":       "\r", "BROKEN": "\xff",
	}
}

// fill puts the fillers in and returns how many bytes a split should cover.
func fill(text string, fillers map[string]string) (string, int) {
	n := 0
	for name, f := range fillers {
		n += strings.Count(text, "{"+name+"}") * len(f)
		text = strings.ReplaceAll(strings.ReplaceAll(text, "{"+name+"}", f), "{~"+name+"}", f)
	}
	return text, n
}

func splitSamples(t testing.TB) []contenttest.Sample {
	t.Helper()
	raw, err := os.ReadFile("testdata/split.txt")
	if err != nil {
		t.Fatal(err)
	}
	return contenttest.Parse(string(raw))
}

func TestSplitMessage(t *testing.T) {
	fillers := filler(t)
	positive, negative := 0, 0
	for _, s := range splitSamples(t) {
		reason, _, _ := strings.Cut(s.Name, "/")
		text, question, _ := strings.Cut(s.Text, "\n%%= ")
		text, want := fill(text, fillers)
		parts := strings.Split(text, "\n%% part\n")
		t.Run(s.Name, func(t *testing.T) {
			got := SplitMessage(parts, Tail{})
			checkSplit(t, parts, got)
			if string(got.Reason) != reason {
				t.Fatalf("got %s, question %q", got.Reason, got.Question)
			}
			if !got.OK {
				negative++
				return
			}
			positive++
			if q := strings.TrimSpace(question); got.Question != q {
				t.Errorf("the question is %q, want %q", got.Question, q)
			}
			n := 0
			for _, p := range got.Contexts {
				piece := parts[p.Part][p.Start:p.End]
				n += len(piece)
				if strings.Contains(piece, strings.TrimSpace(question)) || strings.Contains(piece, "func ") || strings.Contains(piece, "</") || strings.Contains(piece, "Letters, which") {
					t.Errorf("a piece holds what it should not: %q", piece)
				}
			}
			if n*10 < want*9 {
				t.Errorf("%d of %d bytes are covered", n, want)
			}
		})
	}
	if positive < 30 || negative < 30 {
		t.Errorf("%d messages split and %d do not; want 30 of each", positive, negative)
	}
}

func TestSplitMinimum(t *testing.T) {
	text := "Context:\nThe mill was built in 1854 by a miller from the north, who had seen such land before.\n\nQuestion: Who built it?"
	if s := SplitMessage([]string{text}, Tail{MinContext: 50}); !s.OK || s.Question != "Who built it?" {
		t.Errorf("got %+v", s)
	}
	if s := SplitMessage([]string{text}, Tail{MinContext: 500}); s.OK {
		t.Error("split below the minimum")
	}
	if s := SplitMessage(nil, Tail{}); s.OK {
		t.Error("split nothing")
	}
}

// checkSplit tests what holds for every split of any message.
func checkSplit(t *testing.T, parts []string, s Split) {
	t.Helper()
	if s.OK != (s.Reason == ReasonSplit) || !s.OK && (len(s.Contexts) > 0 || s.Question != "" || s.Instruction != "") {
		t.Fatalf("OK is %v with reason %s, %d contexts", s.OK, s.Reason, len(s.Contexts))
	}
	last := Piece{}
	var outside strings.Builder
	for i, p := range s.Contexts {
		if p.Part < 0 || p.Part >= len(parts) || p.Start < 0 || p.End <= p.Start || p.End > len(parts[p.Part]) {
			t.Fatalf("piece %+v is out of range", p)
		}
		if i > 0 && (p.Part < last.Part || p.Part == last.Part && p.Start < last.End) {
			t.Fatalf("piece %+v after %+v", p, last)
		}
		text := parts[p.Part]
		if !utf8.ValidString(text[p.Start:p.End]) || !utf8.ValidString(text[:p.Start]) {
			t.Fatalf("piece %+v cuts a character", p)
		}
		last = p
	}
	if !s.OK {
		return
	}
	// Each line of the question stands in what the pieces leave.
	at := make([]int, len(parts))
	for _, p := range s.Contexts {
		outside.WriteString(parts[p.Part][at[p.Part]:p.Start])
		outside.WriteString("\n\x00\n")
		at[p.Part] = p.End
	}
	for i, text := range parts {
		outside.WriteString(text[at[i]:])
		outside.WriteByte('\n')
	}
	left := outside.String()
	for line := range strings.SplitSeq(s.Question, "\n") {
		if line = strings.TrimSpace(line); !strings.Contains(left, line) {
			t.Fatalf("the question's line %q is in a piece", line)
		}
	}
}

func FuzzSplitMessage(f *testing.F) {
	fillers := filler(f)
	for _, s := range splitSamples(f) {
		text, _, _ := strings.Cut(s.Text, "\n%%= ")
		text, _ = fill(text, fillers)
		first, second, _ := strings.Cut(text, "\n%% part\n")
		f.Add(first, second)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, parts := range [][]string{{first}, {first, second}} {
			s := SplitMessage(parts, Tail{MinContext: 40})
			checkSplit(t, parts, s)
			again := SplitMessage([]string{strings.Clone(parts[0]), second}[:len(parts)], Tail{MinContext: 40})
			if again.Reason != s.Reason || again.Question != s.Question || len(again.Contexts) != len(s.Contexts) {
				t.Fatal("two splits of one message")
			}
		}
	})
}

// BenchmarkSplitMessage times messages of some 100 KB. contexts is typical; the
// others are what a careless reader goes through again and again. Cost grows with
// the length alone.
func BenchmarkSplitMessage(b *testing.B) {
	f := filler(b)
	long := func(s string, n int) string { return strings.Repeat(s, n) }
	for name, text := range map[string]string{
		"contexts":  "Context:\n" + long(f["EN"]+"\n\n", 60) + "Question: Who built the first mill?",
		"chat":      long(f["EN"]+"\n\n", 60),
		"tags":      long("<text>\n", 14_000),
		"nested":    long("<text>\n", 6000) + long("</text>\n", 6000) + "What?",
		"pairs":     long("<text>a</text>\n", 7000) + "What?",
		"labels":    long("Document 1: a\n", 7000) + "What?",
		"questions": long("Question: a?\n", 7000),
		"quotes":    long("a:\n\"\"\"\nb:\n'''\n", 7000),
		"fences":    long("Text:\n```\n", 9000) + "What?",
		"empty":     "Context:\n" + long("\n", 100_000) + "Question: a?",
		"code":      "<text>\n" + long(f["CODE"]+"\n\n", 40) + "</text>\nWhat?",
		"mixed":     "Text:\n" + long("x = {}\n\nThe mill was built by a miller from the north.\n\n", 1800) + "Question: a?",
		"one_line":  "Text:\n" + long("a <b> answer ", 8000) + "\nQuestion: a?",
		"orders":    long("<text>"+"\n</text>\n", 1) + long("please ", 14_000) + "?",
	} {
		b.Run("message="+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				SplitMessage([]string{text}, Tail{})
			}
		})
	}
}
