package metatoken

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

// Ids of the tests: those below 900 are text.
const (
	open, shut = 900, 901 // "D" and "/D"
	meta       = 1000     // "M0"
	metas      = 16
)

func short() *IDFormat {
	return &IDFormat{Open: []int32{open}, Close: []int32{shut}, First: meta, Count: metas}
}

// ids reads what the tables write: numbers, letters, D, /D, M0 to M15, and "7*3" for 7 7 7.
func ids(t testing.TB, s string) []int32 {
	all := []int32{}
	for _, word := range strings.Fields(s) {
		word, times, _ := strings.Cut(word, "*")
		n := int32(0)
		switch {
		case word == "D":
			n = open
		case word == "/D":
			n = shut
		case word[0] == 'M':
			n = meta + number(t, word[1:])
		case 'a' <= word[0]:
			n = int32(word[0])
		default:
			n = number(t, word)
		}
		if times == "" {
			times = "1"
		}
		all = append(all, slices.Repeat([]int32{n}, int(number(t, times)))...)
	}
	return all
}

func number(t testing.TB, s string) int32 {
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return int32(n)
}

// The examples of which the results are worked out by hand.
func TestEncode(t *testing.T) {
	for name, test := range map[string]struct {
		in, want string // "" is the ids themselves
		length   int
	}{
		"nothing":                  {"", "", 0},
		"one_id":                   {"7", "", 1},
		"gains_less_than_it_costs": {"1 2 3 4 5 1 2 3 4 6", "", 10},
		"gains_what_it_costs":      {"1 2 3 4 5 6 1 2 3 4 5 7", "", 12},
		"gains_one_more":           {"1 2 3 4 5 6 7 1 2 3 4 5 6 8", "D M0 1 2 3 4 5 6 /D M0 7 M0 8", 13},
		"three_places": {
			"1 2 3 4 5 9 1 2 3 4 5 8 1 2 3 4 5 7", "D M0 1 2 3 4 5 /D M0 9 M0 8 M0 7", 14,
		},
		"gain_decides_and_not_length":   {"a*12", "D M0 a*4 /D M0*3", 10},
		"a_period_of_two":               {"1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2", "D M0 1 2 1 2 /D M0*4", 11},
		"all_the_same":                  {"a*64", "D M0 a*8 /D M0*8", 19},
		"two_phrases":                   {"1 2 3 4 5 6 7 8 9 50 1 2 3 4 51 5 6 7 8 9 52 1 2 3 4 53 5 6 7 8 9", "D M0 5 6 7 8 9 M1 1 2 3 4 /D M1 M0 50 M1 51 M0 52 M1 53 M0", 23},
		"four_pairs_are_too_few":        {"1 2 1 2 1 2 1 2", "", 8},
		"an_opening_delimiter_leads":    {"D a*64", "", 65},
		"one_elsewhere_is_text":         {"a*64 D", "D M0 a*8 /D M0*8 D", 20},
		"a_closing_one_leads":           {"/D a*64", "D M0 a*8 /D /D M0*8", 20},
		"no_row_holds_a_closing_one":    {"a*8 /D a*8 a*8 /D a*8 a*8 /D a*8 a*8 /D a*8", "D M0 a*8 /D M0 /D M0*2 /D M0*2 /D M0*2 /D M0", 23},
		"meta_tokens_are_in_the_text":   {"a*64 M3", "", 65},
		"a_number_beside_the_pool":      {"a*64 1016 999", "D M0 a*8 /D M0*8 1016 999", 21},
		"numbers_as_large_as_there_are": {"a*64 2147483647", "D M0 a*8 /D M0*8 2147483647", 20},
	} {
		t.Run(name, func(t *testing.T) {
			in := ids(t, test.in)
			want := ids(t, test.want)
			if test.want == "" {
				want = in
			}
			got, ok := short().Encode(in)
			if !slices.Equal(got, want) || ok != (test.want != "") || len(got) != test.length {
				t.Fatalf("got %v, %v", got, ok)
			}
			if ok {
				checkDecode(t, short(), got, in)
			}
		})
	}
}

func checkDecode(t *testing.T, f *IDFormat, encoded, want []int32) {
	t.Helper()
	if got, err := f.Decode(encoded, len(want)); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v is decoded to %v, %v; want %v", encoded, got, err, want)
	}
	if got, err := f.Decode(encoded, len(want)-1); !errors.Is(err, structure.ErrLimit) || got != nil {
		t.Fatalf("%v is decoded to more than %d ids: %v", encoded, len(want)-1, err)
	}
}

func TestEncodeWithLongDelimiters(t *testing.T) {
	f := &IDFormat{Open: []int32{1, 2, 3}, Close: []int32{1, 4, 3}, First: 0, Count: 1, MaxLen: 5}
	f.First, f.MaxRows = 10, 9
	text := slices.Repeat([]int32{7, 1, 4, 3, 8, 9, 9, 1, 4}, 30)
	got, ok := f.Encode(text)
	if !ok {
		t.Fatal("not encoded")
	}
	checkDecode(t, f, got, text)
	if len(got) > 3+6+3+30*5 || !slices.Equal(got[:4], []int32{1, 2, 3, 10}) || !slices.Equal(got[9:12], f.Close) {
		t.Errorf("got %v", got)
	}
}

func TestEncodeKeepsToTheFormat(t *testing.T) {
	text := logs(20_000)
	for i := range text {
		text[i] += 5000
	}
	for name, change := range map[string]func(*IDFormat){
		"all_of_the_pool":  func(f *IDFormat) { f.Count = 40 },
		"three_rows":       func(f *IDFormat) { f.MaxRows = 3 },
		"short_rows":       func(f *IDFormat) { f.MaxLen = 2 },
		"the_default":      func(*IDFormat) {},
		"the_largest_pool": func(f *IDFormat) { f.First, f.Count = math.MaxInt32-mostMeta+1, mostMeta },
	} {
		t.Run(name, func(t *testing.T) {
			f := short()
			change(f)
			got, ok := f.Encode(text)
			if !ok || len(got) >= len(text) {
				t.Fatalf("%d ids of %d", len(got), len(text))
			}
			checkDecode(t, f, got, text)
			rows, _, _ := f.legend(got)
			if len(rows) == 0 || len(rows) > int(f.Count) || f.MaxRows > 0 && len(rows) > f.MaxRows {
				t.Errorf("%d rows", len(rows))
			}
			for id, row := range rows {
				if int(id-f.First) >= len(rows) || f.MaxLen > 0 && len(row) > f.MaxLen {
					t.Errorf("row %d of %d has %d ids", id-f.First, len(rows), len(row))
				}
			}
		})
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "no opening delimiter",
		"M0 a /D":                  "no opening delimiter",
		"D":                        "the legend should go on or end at 1",
		"D a /D":                   "the legend should go on or end at 1",
		"D M0":                     "the meta-token at 1 stands for nothing",
		"D M0 /D M0":               "the meta-token at 1 stands for nothing",
		"D M0 M1 a /D":             "the meta-token at 1 stands for nothing",
		"D M0 a":                   "the legend should go on or end at 3",
		"D M0 a M0 b /D":           "the meta-token at 3 has a row before",
		"D M0 a /D b M1":           "the meta-token at 5 is not in the legend",
		"D M0 a -1 /D":             "the id at 3 is negative",
		"D M0 a /D M0 -2147483648": "the id at 5 is negative",
	} {
		got, err := short().Decode(ids(t, in), 100)
		if !errors.Is(err, structure.ErrText) || !strings.Contains(err.Error(), want) || got != nil {
			t.Errorf("%q: got %v, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"D /D":                      "",
		"D /D a b":                  "a b",
		"D M9 a b M2 c /D M2 M9 M9": "c a b a b", // in any order, as those of pairs
	} {
		if got, err := short().Decode(ids(t, in), 5); err != nil || !slices.Equal(got, ids(t, want)) {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}

// A legend of which each row is long, and a body of meta-tokens alone.
func TestDecodeStopsAtTheLimit(t *testing.T) {
	bomb := ids(t, "D M0 a*100000 /D M0*100000")
	if got := testing.AllocsPerRun(1, func() {
		if _, err := short().Decode(bomb, 1000); !errors.Is(err, structure.ErrLimit) {
			t.Error(err)
		}
	}); got > 20 {
		t.Errorf("%v allocations", got)
	}
	if _, err := short().Decode(ids(t, "D /D a"), -1); !errors.Is(err, structure.ErrLimit) {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	if err := short().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]IDFormat{
		"open must have 1 to 64 ids; got 0":                       {Close: []int32{1}, First: 5, Count: 1},
		"close must have 1 to 64 ids; got 65":                     {Open: []int32{1}, Close: make([]int32, 65), First: 5, Count: 1},
		"open[1] must not be negative; got -2":                    {Open: []int32{1, -2}, Close: []int32{1}, First: 5, Count: 1},
		"close[1] is 6, which is a meta-token":                    {Open: []int32{1}, Close: []int32{2, 6}, First: 5, Count: 2},
		"open[0] is 5, which is a meta-token":                     {Open: []int32{5}, Close: []int32{2}, First: 5, Count: 1},
		"first must not be negative; got -1":                      {Open: []int32{5}, Close: []int32{2}, First: -1, Count: 1},
		"count must be in [1, 65536]; got 0":                      {Open: []int32{5}, Close: []int32{2}},
		"count must be in [1, 65536]; got 65537":                  {Open: []int32{5}, Close: []int32{2}, First: 9, Count: 65537},
		"first+count-1 must be at most 2147483647":                {Open: []int32{5}, Close: []int32{2}, First: math.MaxInt32, Count: 2},
		"max_len must be 0 or at least 2; got 1":                  {Open: []int32{5}, Close: []int32{2}, First: 9, Count: 2, MaxLen: 1},
		"max_rows must not be negative; got -1":                   {Open: []int32{5}, Close: []int32{2}, First: 9, Count: 2, MaxRows: -1},
		"open and close must differ":                              {Open: []int32{5}, Close: []int32{5}, First: 9, Count: 2},
		"close must not end with ids that it begins with":         {Open: []int32{5}, Close: []int32{2, 3, 2}, First: 9, Count: 2},
		"open must have 1 to 64 ids; got 0\nclose must have 1 to": {},
	} {
		err := f.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
			continue
		}
		if _, got := f.Decode(ids(t, "D /D"), 9); got == nil || got.Error() != err.Error() {
			t.Errorf("Decode returns %v, not %v", got, err)
		}
		if got, ok := f.Encode(ids(t, "a*64")); ok || len(got) != 64 {
			t.Errorf("%v: encoded to %v", err, got)
		}
	}
}

// checkIDs wants what must be true of any ids.
func checkIDs(t *testing.T, f *IDFormat, text []int32) {
	t.Helper()
	before := slices.Clone(text)
	got, ok := f.Encode(text)
	if !slices.Equal(text, before) {
		t.Fatal("the ids were changed")
	}
	if again, too := f.Encode(text); !slices.Equal(got, again) || ok != too {
		t.Fatalf("asked twice: %v, %v", got, again)
	}
	if !ok {
		if !slices.Equal(got, text) {
			t.Fatalf("%v became %v", text, got)
		}
		if f.check(text) == nil && gainOf(f.mine(text)) > len(f.Open)+len(f.Close) {
			t.Fatalf("%v is left as it is", text)
		}
		return
	}
	if len(got) >= len(text) {
		t.Fatalf("%v is no shorter than %v", got, text)
	}
	checkDecode(t, f, got, text)
	if again, ok := f.Encode(got); ok {
		t.Fatalf("%v is encoded again, to %v", got, again)
	}
	pair, err := f.Pair(text, uint64(len(text)))
	if err != nil || len(pair.Input) != len(got) || !slices.Equal(pair.Original, text) {
		t.Fatalf("the pair is %v, %v; the ids are %v", pair, err, got)
	}
	checkDecode(t, f, pair.Input, text)
}

func TestIDsOfWords(t *testing.T) {
	for name, make := range words {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{5, 60, 800, 20_000} {
				text := make(n)
				dense(text, text)
				for i := range text {
					text[i] += 2 * meta
				}
				checkIDs(t, short(), text)
			}
		})
	}
}

func TestIDsOfRandomTexts(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 8))
		checkIDs(t, wild(uint8(r.Uint32())), patchwork(r, 2+r.IntN(300)))
	}
}

// wild is a format that gets in the way of a text of small numbers.
func wild(n uint8) *IDFormat {
	f := &IDFormat{
		Open: []int32{2, 1}, Close: []int32{0, 1, 1}, First: 4, Count: 1 + int32(n>>2&7),
		MaxRows: int(n >> 5), MaxLen: 2 + int(n>>3),
	}
	f.Close = f.Close[:1+n&3%3]
	if n&64 != 0 {
		f.Open, f.Close = f.Close, f.Open
	}
	if f.Validate() != nil {
		f.Close = []int32{0, 1}
	}
	return f
}

// patchwork copies parts of itself.
func patchwork(r *rand.Rand, n int) []int32 {
	text := make([]int32, 0, n)
	k := 2 + r.Int32N(4)
	for len(text) < n {
		text = append(text, r.Int32N(k))
		if r.IntN(3) == 0 {
			from := r.IntN(len(text))
			text = append(text, text[from:min(len(text), from+r.IntN(30))]...)
		}
	}
	return text[:n]
}

// The round trip of ids, a byte each: those below 4 are text, 4 to 11 may be meta-tokens.
func FuzzEncode(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		f.Add(asBytes(patchwork(r, 60)), uint8(seed*37))
	}
	f.Fuzz(func(t *testing.T, text []byte, format uint8) {
		checkIDs(t, wild(format), asIDs(text))
	})
}

func FuzzDecode(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		text, _ := wild(uint8(seed * 37)).Encode(patchwork(r, 60))
		f.Add(asBytes(text), uint8(seed*37), uint16(100))
	}
	f.Fuzz(func(t *testing.T, encoded []byte, format uint8, limit uint16) {
		got, err := wild(format).Decode(asIDs(encoded), int(limit))
		switch {
		case err == nil && len(got) > int(limit):
			t.Fatalf("%d ids of %d", len(got), limit)
		case err == nil:
		case got != nil, !errors.Is(err, structure.ErrText) && !errors.Is(err, structure.ErrLimit):
			t.Fatalf("got %v, %v", got, err)
		}
	})
}

func asIDs(b []byte) []int32 { return fill(len(b), func(i int) int32 { return int32(int8(b[i])) }) }

func asBytes(ids []int32) []byte {
	b := make([]byte, len(ids))
	for i, id := range ids {
		b[i] = byte(id)
	}
	return b
}

// BenchmarkEncode times what a service does: logs are typical. Cost grows about as the
// number of ids.
func BenchmarkEncode(b *testing.B) {
	for _, name := range []string{"logs", "random", "zipf"} {
		for _, n := range []int{1000, 4096, 10_000, 100_000} {
			b.Run(fmt.Sprintf("text=%s/tokens=%d", name, n), func(b *testing.B) {
				f := IDFormat{Open: []int32{900_000}, Close: []int32{900_001}, First: 1_000_000, Count: 512}
				text := words[name](n)
				b.ReportAllocs()
				for b.Loop() {
					f.Encode(text)
				}
			})
		}
	}
}

// A model with delimiters of an id each and 512 meta-tokens behind its vocabulary.
func ExampleIDFormat() {
	format := &IDFormat{Open: []int32{50_000}, Close: []int32{50_001}, First: 50_002, Count: 512}
	ids := []int32{1, 2, 3, 4, 5, 9, 1, 2, 3, 4, 5, 8, 1, 2, 3, 4, 5, 7}

	encoded, ok := format.Encode(ids)
	fmt.Println(encoded, ok)

	decoded, err := format.Decode(encoded, len(ids))
	fmt.Println(decoded, err)
	// Output:
	// [50000 50002 1 2 3 4 5 50001 50002 9 50002 8 50002 7] true
	// [1 2 3 4 5 9 1 2 3 4 5 8 1 2 3 4 5 7] <nil>
}
