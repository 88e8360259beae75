package jieba

import (
	"errors"
	"io/fs"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// small writes a folder with a dictionary and a model that finds only what it is told.
func small(t testing.TB, dict string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		dictFile:  dict,
		startFile: "P={'B': -1.0, 'E': -3.14e+100, 'M': -3.14e+100, 'S': -1.0}",
		transFile: "P={'B': {'E': -1.0, 'M': -1.0},\n 'E': {'B': -1.0, 'S': -1.0},\n 'M': {'E': -1.0, 'M': -1.0},\n 'S': {'B': -1.0, 'S': -1.0}}\n",
		emitFile:  "from __future__ import unicode_literals\n\nP={'B': {'\\u5f20': -1.0}, 'E': {'\\u4f1f': -1.0}, 'M': {}, 'S': {'\\u7684': -1.0,}}",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const smallDict = "甲乙 5 n\n乙丙 5 n\n甲 5 n\n丙 5 n\n丁戊己 7\n庚辛 1 n\n庚 900 n\n辛 900 n\n"

func TestCutSmall(t *testing.T) {
	s, err := Load(small(t, smallDict))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"longer_word_wins_a_tie", "甲乙丙", "甲乙/丙"},
		{"prefix_is_no_word", "丁戊", "丁/戊"},
		{"row_that_is_a_word_stays_apart", "庚辛", "庚/辛"},
		{"model_joins", "张伟的", "张伟/的"},
		{"unknown_ones_apart", "寅卯", "寅/卯"},
		{"marks_each_alone", "，，--", "，/，/--"},
		{"line_ends", "\r\n\r\r\n\n", "\r\n/\r/\r\n/\n"},
		{"numbers", "甲3.5%x.5.a..7", "甲/3.5%/x.5/./a/../7"},
		{"other_scripts_apart", "٣1é", "٣/1/é"},
		{"han_beyond_the_model", "㐀鿖張", "㐀/鿖/張"},
		{"bytes", "\xff甲\xe4\xb8", "\xff/甲/\xe4/\xb8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(s.Cut(tt.text), "/"); got != tt.want {
				t.Errorf("Cut(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"no_count", dictFile, "甲 5 n\n乙\n", "dict.txt: line 2"},
		{"count_no_number", dictFile, "甲 x n\n", "line 1"},
		{"count_negative", dictFile, "甲 -1 n\n", "line 1"},
		{"empty_line", dictFile, "甲 5\n\n乙 5\n", "line 2"},
		{"not_utf8", dictFile, "\xff 5\n", "line 1"},
		{"no_words", dictFile, "", "no words"},
		{"counts_of_zero", dictFile, "甲 0\n", "no words"},
		{"no_table", startFile, "", "want P="},
		{"cut_off", startFile, "P={'B': -1.0,", "want a string"},
		{"cut_off_in_string", emitFile, "P={'B", "want the end of a string"},
		{"too_deep", startFile, "P={'B': {'E': 1}}", "want a number"},
		{"too_flat", transFile, "P={'B': 1}", "want a table"},
		{"no_such_state", transFile, "P={'B': {'EM': 1}}", "no state"},
		{"empty_state", startFile, "P={'': 1}", "no state"},
		{"escape", emitFile, `P={'B': {'\n': 1}}`, "no escape"},
		{"escape_cut_off", emitFile, `P={'B': {'\u4e0': 1}}`, "no escape"},
		{"escape_of_no_digits", emitFile, `P={'B': {'\u4e0g': 1}}`, "hexadecimal"},
		{"more_after_it", startFile, "P={'B': 1}\nx", "end of the file"},
		{"no_comma", startFile, "P={'B': 1 'E': 2}", "comma"},
		{"no_colon", startFile, "P={'B' 1}", "colon"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := small(t, smallDict)
			if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.file) {
				t.Errorf("got %v, want an error of %s with %q", err, tt.file, tt.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	exe := t.TempDir()
	t.Setenv("PITH_JIEBA_DIR", "")
	if _, err := Find(exe); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "make build") || !strings.Contains(err.Error(), "PITH_JIEBA_DIR") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
	beside := filepath.Join(exe, "share", "jieba")
	if err := os.CopyFS(beside, os.DirFS(small(t, smallDict))); err != nil {
		t.Fatal(err)
	}
	if dir, err := Find(exe); err != nil || dir != beside {
		t.Errorf("got %q, %v, want %q", dir, err, beside)
	}
	own := small(t, smallDict)
	t.Setenv("PITH_JIEBA_DIR", own)
	if dir, err := Find(exe); err != nil || dir != own {
		t.Errorf("got %q, %v, want that of the environment", dir, err)
	}
	for _, name := range []string{dictFile, startFile, transFile, emitFile} {
		dir := small(t, smallDict)
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PITH_JIEBA_DIR", dir)
		if _, err := Find(exe); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "PITH_JIEBA_DIR") {
			t.Errorf("without %s: got %v", name, err)
		}
		if _, err := Load(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load without %s: got %v", name, err)
		}
	}
}

// TestLog looks at values of the C library; of most of them math.Log is a bit off.
func TestLog(t *testing.T) {
	for n, want := range map[int]uint64{
		1: 0, 2: 0x3fe62e42fefa39ef, 10: 0x40026bb1bbb55516, 60101967: 0x4031e95b8bb84672,
		3: 0x3ff193ea7aad030b, 346: 0x401762c0d8a3c1c5, 1102: 0x401c04ffc8c89fe3, 1799: 0x401dfaddabdb26a7,
		2728: 0x401fa5321fa6070d, 5312: 0x402127cb664f47fb, 9580: 0x402255b9c2e223ab, 76462: 0x40267d358c4e8535,
	} {
		if got := math.Float64bits(log(n)); got != want {
			t.Errorf("log(%d) = %#x, want %#x", n, got, want)
		}
	}
	for n := 1; n < 1<<20; n += 1 + n/50 {
		if got, near := log(n), math.Log(float64(n)); math.Abs(got-near) > 4e-16*math.Max(1, near) {
			t.Errorf("log(%d) = %v, want about %v", n, got, near)
		}
	}
	// log(2^k) is k ln 2, rounded once.
	for k := range 52 {
		want, _ := new(big.Float).Mul(ln2, exact(float64(k))).Float64()
		if got := log(1 << k); got != want {
			t.Errorf("log(2^%d) = %v, want %v", k, got, want)
		}
	}
}

func TestCutIsSafeForConcurrentUse(t *testing.T) {
	s, err := Load(small(t, smallDict))
	if err != nil {
		t.Fatal(err)
	}
	want := s.Cut("张伟的甲乙丙，3.5%")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := s.Cut("张伟的甲乙丙，3.5%"); !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzCut(f *testing.F) {
	for _, text := range []string{"", "甲乙丙张伟的", "庚辛，3.5%\r\n", "\xff甲\xe4", "a.1.b%%--", "丁戊己丁戊"} {
		f.Add(text)
	}
	s, err := Load(small(f, smallDict))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := s.Cut(text)
		if got := strings.Join(words, ""); got != text {
			t.Fatalf("the words of %q join to %q", text, got)
		}
		for _, w := range words {
			if w == "" {
				t.Fatalf("Cut(%q) = %q has an empty word", text, words)
			}
			if utf8.ValidString(text) && !utf8.ValidString(w) {
				t.Fatalf("Cut(%q) = %q parts a character", text, words)
			}
		}
	})
}

func FuzzParseTable(f *testing.F) {
	f.Add("P={'B': {'\\u4e00': -1.5e-3, \"x\": 2}}")
	f.Add("# x\nP = {}\n")
	f.Add("P={'B': 1")
	f.Fuzz(func(t *testing.T, text string) {
		for depth := 1; depth <= 2; depth++ {
			_ = parseTable(text, depth, func(keys []string, _ float64) error {
				if len(keys) != depth {
					t.Fatalf("got keys %q at depth %d", keys, depth)
				}
				return nil
			})
		}
	})
}

// BenchmarkLoad should grow with the size of the dictionary.
func BenchmarkLoad(b *testing.B) {
	load(b)
	dir, _ := Find("../../.native")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(dir); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCut should grow linearly. Text without punctuation, one long block, is the
// worst case.
func BenchmarkCut(b *testing.B) {
	s := load(b)
	sentence := "委员会开了十二次会议，把全部预算都用在了图书馆上。张文博在GPT-4发布后写了3.5页报告。"
	for name, text := range map[string]string{
		"sentences": strings.Repeat(sentence, 250),
		"block":     strings.Repeat(strings.NewReplacer("，", "", "。", "").Replace(sentence), 250),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				s.Cut(text)
			}
		})
	}
}
