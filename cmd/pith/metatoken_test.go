package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// smallTokenizer is that of a model inside the repository.
var smallTokenizer = filepath.Join("..", "..", "onnx", "models", "pith-small", "tokenizer.json")

const idFormat = `{"open": [1, 2], "close": [3, 2], "first": 60000, "count": 512}`

// idsLine is a line of ids.
func idsLine(ids ...int32) string {
	out, _ := json.Marshal(map[string]any{"ids": orNoIDs(ids)})
	return string(out) + "\n"
}

// refrain repeats a phrase of n ids, each time with another id behind it.
func refrain(n, times int) (ids []int32) {
	for k := range times {
		for i := range n {
			ids = append(ids, int32(1000+i))
		}
		ids = append(ids, int32(2000+k))
	}
	return ids
}

// textLine is a line of a text.
func textLine(text string) string {
	out, _ := json.Marshal(map[string]string{"text": text})
	return string(out) + "\n"
}

// outLines reads lines of JSON.
func outLines[T any](t *testing.T, out string) (all []T) {
	t.Helper()
	for line := range strings.Lines(out) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %.100q", err, line)
		}
		all = append(all, v)
	}
	return all
}

type trainingPair struct {
	Input    []int32 `json:"input"`
	Original []int32 `json:"original"`
	Rows     int     `json:"rows"`
}

// texts are lines for the command: a log that repeats itself, and texts that do not.
func metatokenTexts() string {
	return textLine(kinds["clauses"]) + textLine(meeting) + "\n" + textLine("") + textLine(kinds["log"])
}

func TestMetatokenPairs(t *testing.T) {
	format := filepath.Join(t.TempDir(), "format.json")
	write(t, format, idFormat)
	pairs := func(seed, stdin string) string {
		t.Helper()
		out, errOut, err := command(t, nil, stdin, "metatoken", "pairs", "--format", format, "--tokenizer", smallTokenizer, "--seed", seed)
		if err != nil || errOut != "" {
			t.Fatalf("%v, %q", err, errOut)
		}
		return out
	}
	one := pairs("1", metatokenTexts())
	if again := pairs("1", metatokenTexts()); again != one {
		t.Error("the same seed gives other pairs")
	}
	if other := pairs("2", metatokenTexts()); other == one {
		t.Error("another seed gives the same pairs")
	}
	all := outLines[trainingPair](t, one)
	if len(all) != 4 {
		t.Fatalf("%d pairs of 4 texts", len(all))
	}
	for i, p := range all {
		if long := i == 0 || i == 3; (p.Rows > 0) != long || (len(p.Input) < len(p.Original)) != long || p.Rows == 0 && !slices.Equal(p.Input, p.Original) {
			t.Errorf("pair %d: %d rows, %d ids became %d", i, p.Rows, len(p.Original), len(p.Input))
		}
	}
	// Each pair is the original, by the decoder that models are compared with.
	for i, p := range all {
		if p.Rows == 0 {
			continue
		}
		out, _, err := command(t, nil, idsLine(p.Input...), "metatoken", "decode", "--format", format)
		if err != nil || !slices.Equal(outLines[encodedIDs](t, out)[0].IDs, p.Original) {
			t.Errorf("pair %d: input does not decode to original: %v", i, err)
		}
	}
	// Meta-tokens are drawn from the whole range, not its beginning.
	high := slices.ContainsFunc(all[0].Input, func(id int32) bool { return id >= 60010 && id < 60512 })
	if !high || slices.ContainsFunc(all[0].Input, func(id int32) bool { return id >= 60512 }) {
		t.Errorf("meta-tokens of %v", all[0].Input[:20])
	}
	// A text's pair is for its line, so what stands before it matters only by its number.
	moved := outLines[trainingPair](t, pairs("1", textLine("Else.")+strings.SplitAfterN(metatokenTexts(), "\n", 2)[1]))
	if !reflect.DeepEqual(moved[3], all[3]) {
		t.Error("the pair of a line depends on the lines before")
	}
}

func TestMetatokenEncodeAndDecode(t *testing.T) {
	format := filepath.Join(t.TempDir(), "format.json")
	write(t, format, idFormat)
	run := func(verb, stdin string, args ...string) []encodedIDs {
		t.Helper()
		out, errOut, err := command(t, nil, stdin, append([]string{"metatoken", verb, "--format", format}, args...)...)
		if err != nil || errOut != "" {
			t.Fatalf("%s: %v, %q", verb, err, errOut)
		}
		return outLines[encodedIDs](t, out)
	}
	sources := [][]int32{refrain(9, 12), {}, {7}, refrain(3, 2), refrain(40, 3)}
	in := ""
	for _, ids := range sources {
		in += idsLine(ids...)
	}
	encoded := run("encode", in)
	if len(encoded) != len(sources) {
		t.Fatalf("%d lines of %d", len(encoded), len(sources))
	}
	again, want := "", [][]int32{}
	for i, e := range encoded {
		if long := i == 0 || i == 4; changed(e) != long || long && len(e.IDs) >= len(sources[i]) || !long && !slices.Equal(e.IDs, sources[i]) {
			t.Errorf("line %d: changed %v, %d ids became %d", i, changed(e), len(sources[i]), len(e.IDs))
		}
		if changed(e) {
			again += idsLine(e.IDs...)
			want = append(want, sources[i])
		}
	}
	for i, d := range run("decode", again) {
		if !slices.Equal(d.IDs, want[i]) {
			t.Errorf("line %d: %d ids became %d", i, len(want[i]), len(d.IDs))
		}
	}
	if e := run("encode", idsLine(refrain(5, 8)...)); e[0].IDs[2] != 60000 {
		t.Errorf("the first meta-token is %d", e[0].IDs[2])
	}

	// Texts are what the tokenizer makes of them: as many ids for one text, in any order.
	texts := run("encode", textLine(kinds["clauses"])+textLine(kinds["clauses"]), "--tokenizer", smallTokenizer)
	if !changed(texts[0]) || !reflect.DeepEqual(texts[0], texts[1]) {
		t.Errorf("texts: %v, equal %v", changed(texts[0]), reflect.DeepEqual(texts[0], texts[1]))
	}
	back := run("decode", idsLine(texts[0].IDs...))
	plain := run("encode", idsLine(back[0].IDs...))
	if !slices.Equal(plain[0].IDs, texts[0].IDs) || len(back[0].IDs) <= len(texts[0].IDs) {
		t.Error("the ids of a text are not encoded as the text is")
	}
}

// Mistakes are the caller's, name the line, and quote nothing of it. What stood before is
// written.
func TestMetatokenMistakes(t *testing.T) {
	dir := t.TempDir()
	format := filepath.Join(dir, "format.json")
	write(t, format, idFormat)
	good := idsLine(refrain(9, 12)...)
	for name, tt := range map[string]struct {
		verb, stdin string
		want        string
		lines       int // written before
	}{
		"no_json":           {"encode", good + "Orchid\n", "line 2: want an object", 1},
		"pairs_no_json":     {"pairs", good + good + "Orchid\n", "line 3: want an object", 2},
		"blank_lines_count": {"encode", good + "\n\n[]\n", "line 4: ", 1},
		"blank_in_pairs":    {"pairs", "\n\n" + good + "{}\n", "line 4: ", 1},
		"white_space":       {"encode", good + "  \t\n" + good, "", 2},
		"no_members":        {"encode", "{}\n", `line 1: want an object with "ids" or "text"`, 0},
		"text_alone":        {"encode", textLine("Orchid"), "line 1: a text wants --tokenizer", 0},
		"fraction":          {"encode", `{"ids":[1.5]}` + "\n", "line 1: ", 0},
		"string_id":         {"encode", `{"ids":["Orchid"]}` + "\n", "line 1: ", 0},
		"too_large":         {"encode", `{"ids":[2147483648]}` + "\n", "line 1: ", 0},
		"null_id":           {"encode", `{"ids":[5,null,7]}` + "\n", "line 1: ", 0},
		"null_id_of_a_pair": {"pairs", `{"ids":[5,null,7]}` + "\n", "line 1: ", 0},
		"pair_of_meta":      {"pairs", good + idsLine(60001), "line 2: ", 1},
		"pair_of_negative":  {"pairs", good + idsLine(-1), "line 2: ", 1},
		"pair_of_opening":   {"pairs", idsLine(1, 2, 9), "line 1: ", 0},
		"decode_of_plain":   {"decode", good, "line 1: ", 0},
		"decode_cut":        {"decode", idsLine(1, 2, 60000, 5, 6), "line 1: ", 0},
		"decode_unknown":    {"decode", idsLine(1, 2, 60000, 5, 6, 3, 2, 60001), "line 1: ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := command(t, nil, tt.stdin, "metatoken", tt.verb, "--format", format)
			if n := strings.Count(out, "\n"); n != tt.lines {
				t.Errorf("%d lines written, want %d", n, tt.lines)
			}
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if exitCode(err) != exitUsage || !strings.HasPrefix(message(err), tt.want) {
				t.Errorf("exit code %d: %v", exitCode(err), err)
			}
			if err != nil && strings.Contains(message(err), "rchid") {
				t.Errorf("the message quotes the line: %v", err)
			}
		})
	}
}

func TestMetatokenFormats(t *testing.T) {
	dir := t.TempDir()
	at := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"none":           {nil, "--format is missing"},
		"no_such_file":   {[]string{"--format", filepath.Join(dir, "x")}, "no such file"},
		"no_json":        {[]string{"--format", at("text", "open 5")}, "invalid character"},
		"empty":          {[]string{"--format", at("empty", "{}")}, "open must have 1 to 64 ids"},
		"no_close":       {[]string{"--format", at("close", `{"open":[1],"first":10,"count":5}`)}, "close must have"},
		"no_count":       {[]string{"--format", at("count", `{"open":[1],"close":[2],"first":10}`)}, "count must be in"},
		"negative":       {[]string{"--format", at("negative", `{"open":[-1],"close":[2],"first":10,"count":5}`)}, "open[0] must not be negative"},
		"same":           {[]string{"--format", at("same", `{"open":[1],"close":[1],"first":10,"count":5}`)}, "open and close must differ"},
		"meta_delimiter": {[]string{"--format", at("meta", `{"open":[12],"close":[2],"first":10,"count":5}`)}, "is a meta-token"},
		"all_at_once":    {[]string{"--format", at("all", `{"open":[],"close":[],"first":-1,"count":0}`)}, "first must not be negative"},
		"no_tokenizer":   {[]string{"--format", at("good", idFormat), "--tokenizer", filepath.Join(dir, "x")}, "no such file"},
		"bad_tokenizer":  {[]string{"--format", at("good", idFormat), "--tokenizer", at("tok", "{}")}, "tok: "},
	} {
		for _, verb := range []string{"pairs", "encode", "decode"} {
			t.Run(fmt.Sprint(name, "/", verb), func(t *testing.T) {
				out, _, err := command(t, nil, idsLine(1), append([]string{"metatoken", verb}, tt.args...)...)
				if exitCode(err) != exitUsage || out != "" || !strings.Contains(fmt.Sprint(err), tt.want) {
					t.Errorf("exit code %d, %q: %v", exitCode(err), out, err)
				}
			})
		}
	}
	if _, _, err := command(t, nil, "", "metatoken", "pairs", "more"); exitCode(err) != exitUsage {
		t.Errorf("an argument: %v", err)
	}
}

// changed is what a line says; one of decode says nothing.
func changed(e encodedIDs) bool { return e.Changed != nil && *e.Changed }
