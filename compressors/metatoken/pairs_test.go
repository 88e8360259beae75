package metatoken

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestPair(t *testing.T) {
	f := short()
	text := ids(t, "1 2 3 4 5 6 7 8 9 50 1 2 3 4 51 5 6 7 8 9 52 1 2 3 4 53 5 6 7 8 9")
	plain, _ := f.Encode(text)
	drawn := map[int32]int{}
	for seed := range uint64(400) {
		pair, err := f.Pair(text, seed)
		if err != nil || pair.Rows != 2 || !slices.Equal(pair.Original, text) || len(pair.Input) != len(plain) {
			t.Fatalf("got %v, %v", pair, err)
		}
		a, b := pair.Input[1], pair.Input[7]
		for i, id := range pair.Input { // but for the names it is what Encode returns
			switch {
			case id == a:
				id = meta
			case id == b:
				id = meta + 1
			}
			if id != plain[i] {
				t.Fatalf("got %v", pair.Input)
			}
		}
		if a == b || !f.isMeta(a) || !f.isMeta(b) {
			t.Fatalf("drawn: %d and %d", a, b)
		}
		checkDecode(t, f, pair.Input, text)
		drawn[a]++
		drawn[b]++
		if again, _ := f.Pair(text, seed); !slices.Equal(again.Input, pair.Input) {
			t.Fatalf("seed %d: %v, then %v", seed, pair.Input, again.Input)
		}
	}
	for id := range int32(metas) { // 50 of each are expected, give or take 7
		if n := drawn[meta+id]; n < 20 || n > 80 {
			t.Errorf("M%d was drawn %d times", id, n)
		}
	}
}

// A pool that is used up gives each of its meta-tokens once.
func TestPairDrawsWithoutReplacement(t *testing.T) {
	f := short()
	f.Count = 40
	text := logs(20_000)
	for i := range text {
		text[i] += 5000
	}
	pair, err := f.Pair(text, 3)
	rows, _, _ := f.legend(pair.Input)
	if err != nil || pair.Rows != 40 || len(rows) != 40 {
		t.Fatalf("%d rows, %d different, %v", pair.Rows, len(rows), err)
	}
	checkDecode(t, f, pair.Input, text)
}

// Pairs are data that may be made again years later.
func TestPairsStayAsTheyAre(t *testing.T) {
	const want = "D M4 5 6 7 8 9 M5 1 2 3 4 /D M5 M4 50 M5 51 M4 52 M5 53 M4"
	pair, err := short().Pair(ids(t, "1 2 3 4 5 6 7 8 9 50 1 2 3 4 51 5 6 7 8 9 52 1 2 3 4 53 5 6 7 8 9"), 7)
	if !slices.Equal(pair.Input, ids(t, want)) || err != nil {
		t.Errorf("got %v, %v", pair.Input, err)
	}
}

func TestPairRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"D a b":    "begin with the opening delimiter",
		"a b M3 c": "the id at 2 is negative or a meta-token",
		"a -5":     "the id at 1 is negative or a meta-token",
	} {
		if pair, err := short().Pair(ids(t, in), 1); err == nil || !strings.Contains(err.Error(), want) || pair.Input != nil {
			t.Errorf("%q: got %v, %v; want %q", in, pair, err, want)
		}
	}
	if _, err := (&IDFormat{}).Pair(nil, 1); err == nil {
		t.Error("a format that is not valid")
	}
}

const lines = `{"ids":[97,97,97,97,97,97,97,97,97,97,97,97],"source":"a log"}

{"ids": [ 1 , 2,3 ]}` + " \r\n\t\r\n" + `{"ids":[]}
{"ids":[97,97,97,97,97,97,97,97,97,97,97,97]}`

func TestWritePairs(t *testing.T) {
	var out, again, other bytes.Buffer
	f := short()
	if err := errors.Join(f.WritePairs(&out, strings.NewReader(lines), 5), f.WritePairs(&again, strings.NewReader(lines), 5),
		f.WritePairs(&other, strings.NewReader(lines), 6)); err != nil {
		t.Fatal(err)
	}
	if again.String() != out.String() || other.String() == out.String() {
		t.Errorf("seed 5: %s\nagain: %s\nseed 6: %s", out.String(), again.String(), other.String())
	}
	written := strings.Split(out.String(), "\n")
	if len(written) != 5 || written[4] != "" || written[1] != `{"input":[1,2,3],"original":[1,2,3],"rows":0}` ||
		written[2] != `{"input":[],"original":[],"rows":0}` || written[0] == written[3] {
		t.Fatalf("got %s", out.String())
	}
	for _, line := range []string{written[0], written[3]} {
		var pair Pair
		if err := json.Unmarshal([]byte(line), &pair); err != nil || pair.Rows != 1 || len(pair.Input) != 10 {
			t.Fatalf("%s: %v", line, err)
		}
		checkDecode(t, f, pair.Input, pair.Original)
	}
}

func TestWritePairsNamesTheLine(t *testing.T) {
	for in, want := range map[string]string{
		`{"ids":[1,2]`:                  "line 2: not JSON at byte 12",
		`secret`:                        "line 2: not JSON at byte 1",
		`[1,2]`:                         `line 2: want an object with "ids", a list of whole numbers`,
		`{"id":[1]}`:                    `line 2: want an object with "ids"`,
		`{"ids":null}`:                  `line 2: want an object with "ids"`,
		`{"ids":"1,2"}`:                 `line 2: want an object with "ids"`,
		`{"ids":[1,null]}`:              "line 2: ids[1] is not a whole number",
		`{"ids":[1.5]}`:                 "line 2: ids[0] is not a whole number",
		`{"ids":[1,2147483648]}`:        "line 2: ids[1] is not a whole number",
		`{"ids":[1,[2,3]]}`:             "line 2: ids[1] is not a whole number",
		`{"ids":[1,"secret, more"]}`:    "line 2: ids[1] is not a whole number",
		`{"ids":[-1]}`:                  "line 2: the id at 0 is negative",
		`{"ids":[1,1003]}`:              "line 2: the id at 1 is negative or a meta-token",
		`{"ids":[900,1]}`:               "line 2: the ids begin with the opening delimiter",
		strings.Repeat(" ", mostLine+1): "line 2: ",
	} {
		var out bytes.Buffer
		err := short().WritePairs(&out, strings.NewReader(`{"ids":[4]}`+"\n"+in+"\n"+`{"ids":[5]}`), 5)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.40s: got %v, want %q", in, err, want)
		}
		if out.String() != `{"input":[4],"original":[4],"rows":0}`+"\n" {
			t.Errorf("%.40s: written %s", in, out.String())
		}
	}
}

func TestWritePairsPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	if err := short().WritePairs(io.Discard, iotest.ErrReader(broken), 1); !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := short().WritePairs(failing{broken}, strings.NewReader(lines), 1); !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := new(IDFormat).WritePairs(io.Discard, strings.NewReader(""), 1); err == nil {
		t.Error("a format that is not valid")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
