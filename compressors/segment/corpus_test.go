package segment_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 17)) }

var vocabulary = strings.Fields(`the of and to a in that it is was for on with as by at from his they be this
	which or had not are but have one were all there when we can said use an each how their if will up other
	about out many then them these so some her would make like him into time has look two more write go see
	number way could people my than first water been call who its now find long down day did get come made may
	part tenant landlord lease window server cache request segment message budget token compressor threshold
	probability measurement requirement agreement international architecture configuration understanding`)

func word(r *rand.Rand) string { return vocabulary[r.IntN(len(vocabulary))] }

func sentence(r *rand.Rand) string {
	var w []string
	for range 5 + r.IntN(20) {
		w = append(w, word(r))
	}
	s := strings.Join(w, " ")
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func paragraph(r *rand.Rand, sentences int) string {
	var s []string
	for range 1 + r.IntN(sentences) {
		s = append(s, sentence(r))
	}
	return strings.Join(s, " ")
}

// wrap breaks lines at about 80 bytes.
func wrap(s string) string {
	var b strings.Builder
	line := 0
	for w := range strings.FieldsSeq(s) {
		if line+len(w) > 78 {
			b.WriteByte('\n')
			line = 0
		} else if line > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		line += len(w) + 1
	}
	return b.String()
}

// upTo repeats part until there are n bytes.
func upTo(n int, part func() string) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(part())
	}
	return b.String()
}

func codeBlock(r *rand.Rand) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func %s%d(ctx context.Context) error {\n", word(r), r.IntN(100))
	for range 1 + r.IntN(25) {
		fmt.Fprintf(&b, "\t%s := %s(%d, %q)\n", word(r), word(r), r.IntN(1000), word(r))
		if r.IntN(5) == 0 {
			fmt.Fprintf(&b, "\tif err != nil {\n\t\treturn fmt.Errorf(\"%s: %%w\", err)\n\t}\n", word(r))
		}
		if r.IntN(9) == 0 {
			b.WriteByte('\n')
		}
	}
	b.WriteString("\treturn nil\n}\n")
	return b.String()
}

// markdownDoc is a document of n bytes with headings, paragraphs, lists, tables and code.
func markdownDoc(seed uint64, n int) string {
	r := newRand(seed)
	wrapped := r.IntN(2) == 0
	return upTo(n, func() string {
		switch r.IntN(10) {
		case 0, 1:
			return "## " + sentence(r)[:12] + "\n\n"
		case 2:
			return "```go\n" + codeBlock(r) + "```\n\n"
		case 3:
			return fmt.Sprintf("Run it:\n```\nmake %s\nmake %s\n```\n", word(r), word(r))
		case 4:
			return upTo(100+r.IntN(900), func() string { return "- " + paragraph(r, 2) + "\n" }) + "\n"
		case 5:
			return "| name | value | why |\n| --- | --- | --- |\n" + upTo(100+r.IntN(900), func() string {
				return fmt.Sprintf("| %s | %d | %s |\n", word(r), r.IntN(999), word(r))
			}) + "\n"
		}
		if wrapped {
			return wrap(paragraph(r, 6)) + "\n\n"
		}
		return paragraph(r, 9) + "\n\n"
	})
}

func proseText(seed uint64, n int) string {
	r := newRand(seed)
	return upTo(n, func() string { return paragraph(r, 12) + "\n\n" })
}

// oneLine is prose without a line end.
func oneLine(seed uint64, n int) string {
	r := newRand(seed)
	return upTo(n, func() string { return sentence(r) + " " })
}

// words are without any mark, as speech is that a machine wrote down.
func words(seed uint64, n int) string {
	r := newRand(seed)
	return upTo(n, func() string { return word(r) + " " })
}

func base64Text(seed uint64, n int) string {
	r := newRand(seed)
	return upTo(n, func() string {
		return base64.RawStdEncoding.EncodeToString(binary.LittleEndian.AppendUint64(nil, r.Uint64()))
	})
}

func chinese(seed uint64, n int) string {
	r := newRand(seed)
	han := []rune("的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感")
	return upTo(n, func() string {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			for range 1 + r.IntN(4) {
				for range 3 + r.IntN(15) {
					b.WriteRune(han[r.IntN(len(han))])
				}
				b.WriteString("，")
			}
			b.WriteString([]string{"。", "。", "！", "？", "。”"}[r.IntN(5)])
		}
		return b.String() + "\n"
	})
}

func logLines(seed uint64, n int) string {
	r := newRand(seed)
	second := 0
	return upTo(n, func() string {
		second += r.IntN(3)
		return fmt.Sprintf("2026-03-14T%02d:%02d:%02d.%03dZ %s %s[%d]: %s %s id=%08x\n", second/3600%24, second/60%60, second%60,
			r.IntN(1000), []string{"INFO", "WARN", "ERROR"}[r.IntN(3)], word(r), r.IntN(9999), word(r), word(r), r.Uint32())
	})
}

func record(r *rand.Rand, depth int) any {
	m := map[string]any{"id": r.IntN(1e6), "name": word(r), "ok": r.IntN(2) == 0, "text": sentence(r)}
	if depth > 0 {
		for range 1 + r.IntN(4) {
			m[word(r)] = record(r, depth-1)
		}
		m["list"] = []any{r.IntN(9), word(r), nil, r.Float64()}
	}
	return m
}

func jsonDoc(seed uint64, n int, indent string) string {
	r := newRand(seed)
	var all []any
	for size := 0; size < n; {
		all = append(all, record(r, 2))
		b, _ := json.MarshalIndent(all[len(all)-1], "", indent)
		size += len(b)
	}
	b, _ := json.MarshalIndent(map[string]any{"items": all}, "", indent)
	if indent == "" {
		b, _ = json.Marshal(map[string]any{"items": all})
	}
	return string(b)
}

// jsonMix has prose, documents of all lengths, and lines of JSON.
func jsonMix(seed uint64, n int) string {
	r := newRand(seed)
	return upTo(n, func() string {
		b, _ := json.Marshal(record(r, r.IntN(3)))
		switch r.IntN(5) {
		case 0:
			return paragraph(r, 4) + "\n"
		case 1:
			return "{\"a\": 1,\n \"b\": [2, 3]}\n"
		case 2:
			b, _ = json.MarshalIndent(record(r, r.IntN(3)), "", "  ")
			return string(b) + "\n\n"
		case 3:
			return string(b[:len(b)/2]) + "\n"
		}
		return string(b) + "\n"
	})
}

func minifiedJS(seed uint64, n int) string {
	r := newRand(seed)
	return upTo(n, func() string {
		return fmt.Sprintf("function %c%d(%c,n){var t=n[%d];if(!t)return\"%s\";for(var r=0;r<t.length;r++)e.%s(t[r]);return e}", 'a'+r.IntN(26),
			r.IntN(99), 'a'+r.IntN(26), r.IntN(999), word(r), word(r))
	})
}

func csvLines(seed uint64, n int) string {
	r := newRand(seed)
	return "id,name,value,note\n" + upTo(n, func() string {
		return fmt.Sprintf("%d,%s,%.2f,%s\n", r.IntN(1e5), word(r), r.Float64(), word(r))
	})
}

// soup is made of the few strings that mean something to the splitter.
func soup(seed uint64, n int) string {
	r := newRand(seed)
	parts := strings.Split("\n|\n\n|```|```go|~~~|{|[|}|]|\"|:|,|. |。|\t|    |a|B|</|<|+-|\r\n|\\|x1,y2,z3\n|1", "|")
	parts = append(parts, "|", "| a | b |\n", "\n```\n", "\n{\"a\":", "word word word ", strings.Repeat(" ", 70), strings.Repeat("z", 500))
	if seed%3 == 0 {
		parts = append(parts, "\xe3", "\x80", "\xff", "\x00", strings.Repeat("字", 300))
	}
	few := parts
	if seed%2 == 0 { // most texts have few of them
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		few = parts[:4]
	}
	return upTo(n, func() string { return few[r.IntN(len(few))] })
}

func tower(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(" ", i%64) + "x\n")
	}
	return b.String()
}

// shapes has a text of each kind, some of them made to be slow.
var shapes = sync.OnceValue(func() map[string]string {
	const n = 40_000
	m := map[string]string{
		"prose": proseText(1, n), "one_line": oneLine(2, n), "markdown": markdownDoc(4, n), "markdown_long": markdownDoc(3, n),
		"code": upTo(n, func() func() string { r := newRand(5); return func() string { return codeBlock(r) + "\n" } }()),
		"json": jsonDoc(6, n, "  "), "json_one_line": jsonDoc(7, n, ""), "json_mix": jsonMix(8, n), "logs": logLines(9, n),
		"chinese": chinese(10, n), "chinese_one_line": strings.ReplaceAll(chinese(11, n), "\n", ""), "minified_js": minifiedJS(12, n),
		"csv": "See below.\n\n" + csvLines(13, 3000) + "\n" + proseText(14, n), "crlf": strings.ReplaceAll(markdownDoc(15, n), "\n", "\r\n"),

		"one_byte": strings.Repeat("a", n), "no_spaces": strings.Repeat("字", n/3), "spaces": strings.Repeat(" ", n),
		"blank_lines": strings.Repeat("\n", n), "fences": strings.Repeat("```\n", n/4), "fences_prose": strings.Repeat("a\n```\nb\n```\n", n/12),
		"open_json": strings.Repeat("[", n), "open_json_lines": strings.Repeat("[\n", n/2), "broken_json": strings.Repeat("{\"a\": [1, x\n", n/12),
		"quotes": strings.Repeat("{\"", n/2), "dots": strings.Repeat(". A", n/3), "tower": tower(n), "rows": strings.Repeat("|a|b\n", n/5),
		"spaced_lines": strings.Repeat(strings.Repeat(" ", 63)+"\n", n/64), "continuation": strings.Repeat("\x80", n), "marks": strings.Repeat("`", n),
		"nul": strings.Repeat("\x00\xff\n", n/3), "commas": strings.Repeat("a,b,c\n", n/6),
	}
	for seed := range uint64(24) {
		m[fmt.Sprintf("soup_%d", seed)] = soup(seed, n)
	}
	return m
})

// goFiles reads the first n Go files of the standard library, by path, of at least size
// bytes. There are some 500 of 20 kB.
func goFiles(t testing.TB, n, size int) []string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return readFiles(t, filepath.Join(strings.TrimSpace(string(root)), "src"), ".go", n, size)
}

func readFiles(t testing.TB, root, ext string, n, size int) []string {
	t.Helper()
	var paths []string
	err := filepath.Walk(root, func(path string, f os.FileInfo, err error) error {
		if err == nil && f.Mode().IsRegular() && filepath.Ext(path) == ext && f.Size() >= int64(size) {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Every k-th, so that they are not all of the same few packages.
	slices.Sort(paths)
	step := max(1, len(paths)/max(n, 1))
	var texts []string
	for i := 0; i < len(paths) && len(texts) < n; i += step {
		b, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	return texts
}
