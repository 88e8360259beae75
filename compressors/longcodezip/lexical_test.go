package longcodezip

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func termsOf(text string) []string {
	var got []string
	eachTerm(text, func(t []byte) { got = append(got, string(t)) })
	return got
}

func TestTerms(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"words", "to be, or not", "to be or not"},
		{"nothing", " .,\n", ""},
		{"snake", "max_len", "max len maxlen"},
		{"camel", "maxLen", "max len maxlen"},
		{"pascal", "MaxLen", "max len maxlen"},
		{"shout", "MAX_LEN", "max len maxlen"},
		{"initials", "HTTPServer", "http server httpserver"},
		{"initials_at_the_end", "parseURL", "parse url parseurl"},
		{"one_capital", "aB", "a b ab"},
		{"article_and_word", "ABc", "a bc abc"},
		{"digits", "utf8Len", "utf 8 len utf8len"},
		{"digits_first", "2nd", "2 nd 2nd"},
		{"other_digits", "a٣b", "a ٣ b a٣b"},
		{"number", "0x7FFF", "0 x 7 fff 0x7fff"},
		{"underscores_around", "__init__", "init"},
		{"underscores_alone", "__ _", ""},
		{"underscores_in_a_row", "a__b", "a b ab"},
		{"selector", "self.maxLen()", "self max len maxlen"},
		{"two_identifiers", "fooBar barFoo", "foo bar foobar bar foo barfoo"},
		{"accents", "größeÄndern", "größe ändern größeändern"},
		{"combining_accent", "cafe\u0301Bar", "cafe\u0301 bar cafe\u0301bar"},
		{"accent_alone", "\u0301 a", "a"},
		{"pairs", "计算总和", "计算 算总 总和"},
		{"one_unspaced", "a 计 b", "a b"},
		{"pairs_and_words", "get总和Sum", "get 总和 sum"},
		{"pairs_end_at_a_word", "总和x计算", "总和 x 计算"},
		{"pairs_end_at_a_space", "总 和", ""},
		{"bad_utf8", "a\xffb", "a b"},
	} {
		if got := strings.Join(termsOf(tt.text), " "); got != tt.want {
			t.Errorf("%s: %q has the terms %q; want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

func FuzzTerms(f *testing.F) {
	f.Add("func maxLen2(HTTPServer *x_y) 计算总和 größe")
	f.Add("a\xff\u0301__Ab")
	f.Fuzz(func(t *testing.T, text string) {
		got := termsOf(text)
		for _, w := range got {
			if w == "" || strings.ContainsAny(w, "_ \n") || strings.IndexFunc(w, unicode.IsUpper) >= 0 && strings.ToLower(w) != w {
				t.Fatalf("%q has the term %q", text, w)
			}
		}
		// Two texts side by side have the terms of both.
		if both := termsOf(text + "\n" + text); !slices.Equal(both, append(slices.Clone(got), got...)) {
			t.Errorf("%q: %q twice is %q", text, got, both)
		}
	})
}

func gains(t *testing.T, query string, chunks ...string) []float64 {
	t.Helper()
	g, u, err := NewLexical().Gains(context.Background(), query, chunks)
	if err != nil || !reflect.DeepEqual(u, Usage{}) || len(g) != len(chunks) {
		t.Fatalf("%v, %v, %v", g, u, err)
	}
	return g
}

func TestLexicalGains(t *testing.T) {
	open := "func OpenFile(name string) (*File, error) { return os.open(name) }"
	closing := "func (f *File) Close() error { return f.fd.release() } // the last of it in the list"
	sum := "func sum(values []int) int { total := 0; for _, v := range values { total += v }; return total }"
	for _, tt := range []struct {
		name, query string
		best        int
	}{
		{"words_of_a_description", "releases what it holds", 1},
		{"a_part_of_an_identifier", "open it", 0},
		{"another_case_of_it", "f, err := open_file(path)", 0},
		{"the_code_that_calls", "t := sum(xs)", 2},
		{"rare_beats_common", "func return error total", 2},
		{"stop_words_do_not_count", "of the sum in it", 2},
	} {
		g := gains(t, tt.query, open, closing, sum)
		for i := range g {
			if i != tt.best && g[i] >= g[tt.best] {
				t.Errorf("%s: %v; want %d to be best", tt.name, g, tt.best)
			}
		}
	}
}

// The value is computed by hand from the formula of Robertson and Zaragoza.
func TestLexicalValue(t *testing.T) {
	g := gains(t, "xa xa xb xz", "xa xb", "xa xa xc xd xe xf", "xc")
	norm := func(n float64) float64 { return 2 * (1 - 0.75 + 0.75*n/3) }
	a, b := math.Log(1+1.5/2.5)*3*2/(2+2), math.Log(1+2.5/1.5)
	want := []float64{a*3/(1+norm(2)) + b*3/(1+norm(2)), a * 2 * 3 / (2 + norm(6)), 0}
	for i := range want {
		if math.Abs(g[i]-want[i]) > 1e-12 {
			t.Errorf("got %v; want %v", g, want)
		}
	}
}

func TestStem(t *testing.T) {
	for _, tt := range []struct{ name, words, want string }{
		{"plural", "file files", "fil fil"},
		{"verb", "close closes closed closing", "clos clos clos clos"},
		{"no_plural", "class status this", "class status this"},
		{"short", "as bus red king sing", "as bus red king sing"},
		{"not_english", "größe", "größ"},
	} {
		var got []string
		for w := range strings.FieldsSeq(tt.words) {
			got = append(got, string(stem([]byte(w))))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

func TestLexicalEdges(t *testing.T) {
	if g := gains(t, "a"); len(g) != 0 {
		t.Errorf("no chunks: %v", g)
	}
	if g := gains(t, " ,. ", "a", "b"); g[0] != 0 || g[1] != 0 {
		t.Errorf("a query without terms: %v", g)
	}
	if g := gains(t, "of the", "a", "the"); g[0] != 0 || g[1] <= 0 {
		t.Errorf("a query of stop words: %v", g)
	}
	if g := gains(t, "a", "a", "a"); g[0] <= 0 || g[0] != g[1] {
		t.Errorf("a term of every chunk: %v", g)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if g, _, err := NewLexical().Gains(ctx, "a", []string{"a"}); err != context.Canceled || g != nil {
		t.Errorf("cancelled: %v, %v", g, err)
	}
}

func FuzzLexical(f *testing.F) {
	f.Add("open the file", "func OpenFile()", "x := 计算")
	f.Fuzz(func(t *testing.T, query, one, two string) {
		g := gains(t, query, one, two, one)
		for _, x := range g {
			if !(x >= 0) || math.IsInf(x, 0) {
				t.Fatalf("gains %v", g)
			}
		}
		if g[0] != g[2] {
			t.Errorf("one chunk, two gains: %v", g)
		}
		// The order of the chunks is no matter.
		if r := gains(t, query, two, one, one); r[1] != g[0] || r[0] != g[1] {
			t.Errorf("%v in one order, %v in another", g, r)
		}
	})
}

// Typical: a repository's functions and a description. Cost grows with the bytes.
func BenchmarkLexical(b *testing.B) {
	chunk := strings.Repeat("\tif maxLen := cfg.MaxLength(); maxLen > 0 && len(buf_size) > maxLen {\n\t\treturn nil, errTooLong\n\t}\n", 10)
	for _, size := range []struct {
		name  string
		bytes int
	}{{"bytes=100k", 100_000}, {"bytes=4M", 4_000_000}} {
		b.Run(size.name, func(b *testing.B) {
			chunks := slices.Repeat([]string{chunk}, size.bytes/len(chunk))
			b.SetBytes(int64(len(chunks) * len(chunk)))
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = NewLexical().Gains(context.Background(), "returns an error if the buffer is longer than the configured length", chunks)
			}
		})
	}
}
