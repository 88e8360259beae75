package metatoken

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

const (
	legend = "§§2\n§A=request failed\n§B=C:\\\\tmp\\nand\\rso on\n"
	inline = `{"inline":true,"sigil":"§"}`
)

func TestDecodeDict(t *testing.T) {
	brief := DictBrief("§", false) + "\n"
	tests := []struct {
		name, text, layout, want string
		err                      error
	}{
		{"legend", legend + "1 §A 2 §B 3 §A", "", "1 request failed 2 C:\\tmp\nand\rso on 3 request failed", nil},
		{"brief", brief + legend + "§A §B", `{"brief":true}`, "request failed C:\\tmp\nand\rso on", nil},
		{"other_sigil", "→→1\n→A=§§\n→A §A →A", "", "§§ §A §§", nil},
		{"inline", `x §A{a\{b\}\\` + "\n" + `c} §A{ §B{d}§A`, inline, "x a{b}\\\nc a{b}\\\nc{ da{b}\\\nc", nil},
		{"inline_brief", DictBrief("§", true) + "\n§A{ab} §A", `{"brief":true,"inline":true,"sigil":"§"}`, "ab ab", nil},

		{"nothing", "", "", "", structure.ErrText},
		{"no_legend", "request failed", "", "", structure.ErrText},
		{"no_brief", legend + "§A §B", `{"brief":true}`, "", structure.ErrText},
		{"brief_not_announced", brief + legend + "§A §B", "", "", structure.ErrText},
		{"no_count", "§§\n§A=a\n§A", "", "", structure.ErrText},
		{"count_zero", "§§0\n", "", "", structure.ErrText},
		{"count_padded", "§§01\n§A=a\n§A", "", "", structure.ErrText},
		{"count_signed", "§§+1\n§A=a\n§A", "", "", structure.ErrText},
		{"count_too_high", strings.Replace(legend, "2", "3", 1) + "§A §B", "", "", structure.ErrText},
		{"count_too_low", strings.Replace(legend, "2", "1", 1) + "§A §B", "", "", structure.ErrText},
		{"count_over_letters", "§§27\n", "", "", structure.ErrText},
		{"count_huge", "§§99999999999999999999\n", "", "", structure.ErrText},
		{"letters_out_of_order", "§§2\n§B=a\n§A=b\n§A §B", "", "", structure.ErrText},
		{"letter_twice", "§§2\n§A=a\n§A=b\n§A §B", "", "", structure.ErrText},
		{"row_cut_off", "§§1\n§A=a", "", "", structure.ErrText},
		{"row_empty", "§§1\n§A=\n§A", "", "", structure.ErrText},
		{"row_with_sigil", "§§1\n§A=a §A\n§A", "", "", structure.ErrText},
		{"row_too_long", "§§1\n§A=" + strings.Repeat("a", longestPhrase+1) + "\n§A", "", "", structure.ErrText},
		{"escape_unknown", "§§1\n§A=a\\t\n§A", "", "", structure.ErrText},
		{"escape_cut_off", "§§1\n§A=a\\\n§A", "", "", structure.ErrText},
		{"stand_in_undefined", legend + "§A §B §C", "", "", structure.ErrText},
		{"stand_in_cut_off", legend + "§A §B §", "", "", structure.ErrText},
		{"stand_in_small", legend + "§A §B §a", "", "", structure.ErrText},
		{"stand_ins_out_of_order", legend + "§B §A", "", "", structure.ErrText},
		{"row_not_used", legend + "§A", "", "", structure.ErrText},
		{"none_used", "abc", inline, "", structure.ErrText},
		{"inline_not_closed", "§A{abc", inline, "", structure.ErrText},
		{"inline_not_defined", "§A abc", inline, "", structure.ErrText},
		{"inline_out_of_order", "§B{abc}", inline, "", structure.ErrText},
		{"inline_open_brace", "§A{a{b}", inline, "", structure.ErrText},
		{"inline_empty", "§A{}", inline, "", structure.ErrText},
		{"inline_other_brief", DictBrief("¶", true) + "\n§A{ab}", `{"brief":true,"inline":true,"sigil":"§"}`, "", structure.ErrText},

		{"layout_empty", legend + "§A §B", `{}`, "", structure.ErrLayout},
		{"layout_null", legend + "§A §B", `null`, "", structure.ErrLayout},
		{"layout_other_key", legend + "§A §B", `{"brief":true,"x":1}`, "", structure.ErrLayout},
		{"layout_spaced", legend + "§A §B", `{ "brief":true}`, "", structure.ErrLayout},
		{"layout_broken", legend + "§A §B", `{"brief":`, "", structure.ErrLayout},
		{"layout_two", legend + "§A §B", `{"brief":true}{}`, "", structure.ErrLayout},
		{"sigil_without_inline", legend + "§A §B", `{"sigil":"§"}`, "", structure.ErrLayout},
		{"inline_without_sigil", "§A{ab}", `{"inline":true}`, "", structure.ErrLayout},
		{"sigil_unknown", "xA{ab}", `{"inline":true,"sigil":"x"}`, "", structure.ErrLayout},
		{"sigil_empty", "A{ab}", `{"inline":true,"sigil":""}`, "", structure.ErrLayout},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			var layout []byte
			if x.layout != "" {
				layout = []byte(x.layout)
			}
			got, err := DecodeDict(x.text, layout, 1000)
			if got != x.want || !errors.Is(err, x.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, x.want, x.err)
			}
			if x.err != nil {
				return
			}
			for limit := -1; limit < len(x.want); limit++ {
				if got, err := DecodeDict(x.text, layout, limit); got != "" || !errors.Is(err, structure.ErrLimit) {
					t.Fatalf("limit %d: got %q, %v", limit, got, err)
				}
			}
		})
	}
}

// A byte that is changed before the phrases or between them is noticed. One within a
// phrase or within the text is for whoever has a digest.
func TestDecodeDictMutations(t *testing.T) {
	text := logText(5, 2000)
	for _, brief := range []bool{true, false} {
		out, ok := EncodeDict(text, DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Warm: !brief, Any: true})
		if !ok {
			t.Fatal("not encoded")
		}
		frame := frameBytes(out.Text, out.Rows, brief)
		for i := range out.Text {
			for _, c := range []byte{out.Text[i] ^ 1, out.Text[i] ^ 0x20, out.Text[i] ^ 0x80, '\n', '\\', 'B', '9', 0xc2, 0xa7} {
				if c == out.Text[i] {
					continue
				}
				got, err := DecodeDict(out.Text[:i]+string([]byte{c})+out.Text[i+1:], out.Layout, len(text))
				switch {
				case err == nil && (got == text || frame[i]):
					t.Errorf("%q for %q at %d (%q) was not noticed", c, out.Text[i], i, out.Text[max(0, i-9):i])
				case err != nil && !isFormError(err):
					t.Errorf("got %v", err)
				}
			}
		}
		for i := range out.Text {
			if got, err := DecodeDict(out.Text[:i], out.Layout, len(text)); err == nil && got == text {
				t.Errorf("cut off at %d: nothing was noticed", i)
			}
		}
	}
}

func isFormError(err error) bool {
	return errors.Is(err, structure.ErrText) || errors.Is(err, structure.ErrLayout) || errors.Is(err, structure.ErrLimit)
}

// frameBytes are the bytes before the text with stand-ins that are of no phrase.
func frameBytes(text string, rows int, brief bool) map[int]bool {
	frame := map[int]bool{}
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		if rows < 0 {
			break
		}
		end := len(line)
		if i := strings.Index(line, "="); i > 0 && !brief && strings.HasPrefix(line, "§") && !strings.HasPrefix(line, "§§") {
			end = i + 1
		}
		for i := range end {
			frame[at+i] = true
		}
		at += len(line) + 1
		frame[at-1] = true
		if brief {
			brief = false
		} else {
			rows--
		}
	}
	return frame
}

func FuzzDecodeDict(f *testing.F) {
	layouts := []string{"", `{"brief":true}`, inline, `{"brief":true,"inline":true,"sigil":"§"}`, `{"x":1}`}
	f.Add(legend+"§A §B", uint8(0), 100)
	f.Add(DictBrief("§", false)+"\n"+legend+"§A §B", uint8(1), 100)
	f.Add(`x §A{a\{b\}\\c} §A{ §B{d}§A`, uint8(2), 100)
	f.Add(DictBrief("§", true)+"\n§A{ab} §A", uint8(3), 3)
	f.Fuzz(func(t *testing.T, text string, layout uint8, limit int) {
		var l []byte
		if s := layouts[int(layout)%len(layouts)]; s != "" {
			l = []byte(s)
		}
		limit %= 1 << 16
		got, err := DecodeDict(text, l, limit)
		if err != nil && !isFormError(err) || err != nil && got != "" || len(got) > max(limit, 0) {
			t.Fatalf("got %d bytes of %d, %v", len(got), limit, err)
		}
	})
}

// A small text must not make a large one.
func TestDecodeDictIsBounded(t *testing.T) {
	bomb := "§§1\n§A=" + strings.Repeat("a", longestPhrase) + "\n" + strings.Repeat("§A", 1_000_000)
	n := testing.AllocsPerRun(1, func() {
		if _, err := DecodeDict(bomb, nil, 10_000); !errors.Is(err, structure.ErrLimit) {
			t.Error(err)
		}
	})
	if n > 100 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleDecodeDict() {
	text, err := DecodeDict("§§1\n§A=the upstream service\n1: §A failed\n2: §A is back\n", nil, 1000)
	fmt.Print(text, err)
	// Output:
	// 1: the upstream service failed
	// 2: the upstream service is back
	// <nil>
}
