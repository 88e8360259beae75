package lossless_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/content/contenttest"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/tokenize"
)

// methods are the three that are served, and the one that auto uses.
func methods(t testing.TB) map[string]*lossless.Compressor {
	made := map[string]lossless.Options{
		"structure":      {ID: "structure", Structure: true, Least: 8},
		"structure_auto": {ID: "structure", Structure: true},
		"lossless":       {ID: "lossless", Structure: true, Dict: true},
		"metatoken":      {ID: "metatoken", Dict: true},
	}
	out := map[string]*lossless.Compressor{}
	for name, o := range made {
		o.Counter = tokenize.CounterFor
		o.Broken = func(forms []string) { t.Errorf("%s: what it made could not be restored: %v", name, forms) }
		out[name] = lossless.New(o)
	}
	return out
}

func compress(t testing.TB, c *lossless.Compressor, text string, change ...func(*pith.Request)) pith.ContextResult {
	t.Helper()
	req := pith.Request{Contexts: []pith.Context{{ID: "x", Text: pith.Text(text)}}}
	req.Options.ReturnDecode = true
	for _, f := range change {
		f(&req)
	}
	res, err := c.Compress(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res.Contexts[0]
}

// check holds a result against all that is promised of it.
func check(t testing.TB, name string, c *lossless.Compressor, text string) {
	t.Helper()
	r := compress(t, c, text)
	counter, _ := tokenize.CounterFor("")
	if r.InputTokens != counter.Count(text) || r.OutputTokens != counter.Count(string(r.Text)) {
		t.Fatalf("%s: says %d and %d tokens", name, r.InputTokens, r.OutputTokens)
	}
	if r.Status == pith.StatusUnchanged {
		if string(r.Text) != text || r.Forms != nil || r.Decode != nil {
			t.Fatalf("%s: changed, and called unchanged", name)
		}
		return
	}
	if r.OutputTokens >= r.InputTokens {
		t.Fatalf("%s: %d tokens became %d", name, r.InputTokens, r.OutputTokens)
	}
	if utf8.ValidString(text) && !utf8.ValidString(string(r.Text)) {
		t.Fatalf("%s: text became no text, by %v", name, r.Forms)
	}
	if !r.Exact || r.Decode == nil {
		t.Fatalf("%s: no decode, by %v", name, r.Forms)
	}
	back, err := lossless.Decode(string(r.Text), *r.Decode)
	if err != nil || back != text {
		t.Fatalf("%s: not restored, by %v: %v", name, r.Forms, err)
	}
	if again := compress(t, c, text); again.Text != r.Text || again.Decode.Params != r.Decode.Params {
		t.Fatalf("%s: another result the second time", name)
	}
}

// corpus are texts of every class, and documents of several.
func corpus(t testing.TB) []string {
	var out []string
	var all strings.Builder
	for _, list := range contenttest.Samples(t) {
		for _, s := range list {
			out = append(out, s.Text, strings.ReplaceAll(s.Text, "\n", "\r\n"), strings.Repeat(s.Text+"\n", 4))
			all.WriteString(s.Text + "\n\n")
		}
	}
	out = append(out, all.String())
	files, _ := filepath.Glob("../../docs/*.md")
	for _, f := range append(files, "../../openapi.yaml", "../../go.sum", "lossless.go") {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(raw))
	}
	return out
}

func TestLaws(t *testing.T) {
	texts := corpus(t)
	for name, c := range methods(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := 0
			for i, text := range texts {
				check(t, fmt.Sprintf("text %d", i), c, text)
				if compress(t, c, text).Status == pith.StatusCompressed {
					changed++
				}
			}
			if changed < 10 {
				t.Errorf("only %d of %d texts were changed", changed, len(texts))
			}
		})
	}
}

// What came out is left alone: lossless methods are idempotent.
func TestIdempotent(t *testing.T) {
	texts := corpus(t)
	for name, c := range methods(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, text := range texts {
				r := compress(t, c, text)
				if again := compress(t, c, string(r.Text)); again.Text != r.Text {
					t.Errorf("text %d: %v, then %v: %d, %d, %d tokens", i, r.Forms, again.Forms, r.InputTokens, r.OutputTokens, again.OutputTokens)
				}
			}
		})
	}
}

// Lines of all kinds, put together at random.
func generated(rng *rand.Rand, lines []string, n int) string {
	var b strings.Builder
	for range n {
		line := lines[rng.IntN(len(lines))]
		for range 1 + rng.IntN(3) {
			b.WriteString(line)
			switch rng.IntN(12) {
			case 0:
				b.WriteString("\r\n")
			case 1:
				b.WriteString("  \n\n\n")
			case 2:
				b.WriteString("\x1b[0m\n")
			default:
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

func TestLawsOfMixtures(t *testing.T) {
	var lines []string
	for _, list := range contenttest.Samples(t) {
		for _, s := range list {
			lines = append(lines, strings.Split(s.Text, "\n")...)
		}
	}
	lines = append(lines, "```", "```json", "{", "}", "[", `{"a": 1, "b": [1, 2, {"c": "d"}], "e": "ffffffffffffffffffffffffff"}`, "§A x", "§§1", "\x1b[31mred", "a\rb", "\x00", "\xff\xfe", "| a | b |")
	rng := rand.New(rand.NewPCG(11, 12))
	all := methods(t)
	for i := range 150 {
		text := generated(rng, lines, 5+rng.IntN(120))
		for name, c := range all {
			check(t, fmt.Sprintf("%s, mixture %d", name, i), c, text)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, list := range contenttest.Samples(f) {
		for _, s := range list {
			f.Add([]byte(s.Text), uint8(0))
		}
	}
	names := []string{"structure", "structure_auto", "lossless", "metatoken"}
	f.Fuzz(func(t *testing.T, raw []byte, which uint8) {
		if len(raw) > 1<<16 {
			return
		}
		name := names[int(which)%len(names)]
		check(t, name, methods(t)[name], string(raw))
	})
}

// A text or a recipe that was changed gives an error of its class, and never another text.
func TestDecodeOfWhatWasChanged(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for name, c := range methods(t) {
		for i, text := range corpus(t) {
			r := compress(t, c, text)
			if r.Decode == nil {
				continue
			}
			for range 20 {
				out, d := []byte(r.Text), *r.Decode
				params := []byte(d.Params)
				if rng.IntN(2) == 0 {
					mutate(rng, &out)
				} else {
					mutate(rng, &params)
				}
				d.Params = string(params)
				back, err := lossless.Decode(string(out), d)
				switch pith.CodeOf(err) {
				case "":
					if back != text {
						t.Fatalf("%s, text %d: a wrong text", name, i)
					}
				case pith.CodeMismatch, pith.CodeInvalid:
					if back != "" {
						t.Fatalf("%s, text %d: an error and a text", name, i)
					}
				default:
					t.Fatalf("%s, text %d: %v", name, i, err)
				}
			}
		}
	}
}

func mutate(rng *rand.Rand, b *[]byte) {
	if len(*b) == 0 {
		return
	}
	at := rng.IntN(len(*b))
	switch rng.IntN(4) {
	case 0:
		(*b)[at] ^= byte(1 << rng.IntN(8))
	case 1:
		*b = (*b)[:at]
	case 2:
		*b = append((*b)[:at:at], append([]byte("9§\n"), (*b)[at:]...)...)
	default:
		*b = append((*b)[:at:at], (*b)[min(len(*b), at+1+rng.IntN(9)):]...)
	}
}

func FuzzDecode(f *testing.F) {
	c := methods(f)["lossless"]
	for _, text := range corpus(f) {
		if r := compress(f, c, text); r.Decode != nil && len(text) < 4096 {
			f.Add(string(r.Text), r.Decode.Params)
		}
	}
	f.Fuzz(func(t *testing.T, text, params string) {
		_, err := lossless.Decode(text, pith.Decode{Scheme: lossless.Scheme, Params: params})
		if code := pith.CodeOf(err); code != "" && code != pith.CodeMismatch && code != pith.CodeInvalid {
			t.Fatal(err)
		}
	})
}

// A saving is one in the target's own tokens, and where those are not known, in two
// vocabularies.
func TestEveryTokenizer(t *testing.T) {
	texts := corpus(t)
	for _, target := range []string{"o200k_base", "cl100k_base", "claude-sonnet-4-5"} {
		counters := []string{target}
		share := 0.08
		if strings.HasPrefix(target, "claude") {
			counters, share = []string{"o200k_base", "cl100k_base"}, 0.12
		}
		changed := 0
		for name, c := range methods(t) {
			for i, text := range texts {
				r := compress(t, c, text, func(req *pith.Request) { req.Options.Tokenizer = target })
				if r.Status == pith.StatusUnchanged {
					continue
				}
				changed++
				for _, n := range counters {
					counter, err := tokenize.CounterFor(n)
					if err != nil {
						t.Fatal(err)
					}
					before, after := counter.Count(text), counter.Count(string(r.Text))
					if float64(before-after) < share*float64(before) {
						t.Errorf("%s for %s, text %d: %d and %d tokens of %s", name, target, i, before, after, n)
					}
				}
			}
		}
		if changed < 40 {
			t.Errorf("%s: only %d were changed", target, changed)
		}
	}
}
