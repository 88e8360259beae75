package dataset

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenSaysWhatIsWrong: the file, the row and what to change, and nothing of a text.
func TestOpenSaysWhatIsWrong(t *testing.T) {
	row := strings.TrimSuffix(rows("trec", 1), "\n")
	without := func(old string) string { return strings.Replace(row, old, "", 1) }
	two := rows("trec", 2)
	for name, tc := range map[string]struct {
		file, text string
		o          Options
		want       string
	}{
		"broken_row":        {"trec.jsonl", two + "{\"_id\": secret", Options{}, "trec.jsonl: line 3: not JSON"},
		"cut_off":           {"trec.jsonl", two[:len(two)-20], Options{}, "trec.jsonl: line 2: not JSON: unexpected end"},
		"same_id":           {"trec.jsonl", two + row, Options{}, "trec.jsonl: line 3: the same ID as"},
		"same_id_names_it":  {"trec.jsonl", two + row, Options{}, "trec.jsonl: line 1; each item needs its own"},
		"no_id":             {"trec.jsonl", "\n" + without(`"_id":"trec-0",`), Options{}, "line 2: member _id is missing"},
		"no_context":        {"trec.jsonl", row + "\n" + without(`"context":"It is 0.",`), Options{}, "line 2: member context is missing"},
		"null_answers":      {"trec.jsonl", strings.Replace(row, `["0"]`, `null`, 1), Options{}, "line 1: member answers is missing"},
		"several":           {"trec.jsonl", row + "\n{\"dataset\":\"trec\"}", Options{}, "line 2: members _id, input, context, answers are missing"},
		"answers_type":      {"trec.jsonl", strings.Replace(row, `["0"]`, `"secret"`, 1), Options{}, "line 1: member answers has the wrong type, string"},
		"length_type":       {"trec.jsonl", strings.Replace(row, `"length":3`, `"length":"secret"`, 1), Options{}, "member length has the wrong type"},
		"no_object":         {"trec.jsonl", row + "\n[1]", Options{}, "line 2: not a JSON object"},
		"unknown_task":      {"trec.jsonl", strings.Replace(row, `"dataset":"trec"`, `"dataset":"secret"`, 1), Options{}, "none of LongBench's tasks"},
		"nothing_left":      {"trec.jsonl", strings.Replace(row, "It is 0.", " ", 1), Options{}, "no items of LongBench"},
		"own_prompt":        {"trec.jsonl", row, Options{Prompt: "{context}"}, "for questions of your own"},
		"own_metric":        {"trec.jsonl", row, Options{Metric: "rouge"}, "for questions of your own"},
		"own_cap":           {"trec.jsonl", row, Options{MaxTokens: 1}, "for questions of your own"},
		"negative":          {"trec.jsonl", row, Options{Sample: -1, MaxTokens: -2}, "MaxTokens must not be negative; got -2\nSample must not"},
		"prompt":            {"a.jsonl", `{}`, Options{Prompt: "{input}"}, "{context} once"},
		"e_of_others":       {"data.json", "[" + v2row + "]", Options{E: true}, "no LongBench-E"},
		"v2_answer":         {"data.json", "[" + strings.Replace(v2row, `"answer":"B"`, `"answer":"secret"`, 1) + "]", Options{}, "item 1: member answer must be A, B, C or D"},
		"v2_choice":         {"data.json", "[" + v2row + "," + strings.Replace(v2row, "choice_C", "choice_X", 1) + "]", Options{}, "item 2: member choice_C is missing"},
		"v2_cut":            {"data.json", "[" + v2row + "," + v2row[:50], Options{}, "item 2: the file ends within a value"},
		"qmsum_queries":     {"q.json", `{"meeting_transcripts":[]}`, Options{}, "general_query_list or specific_query_list is missing"},
		"qmsum_query":       {"q.json", `{"meeting_transcripts":[{"speaker":"A","content":"b"}],"general_query_list":[{"answer":"x"}]}`, Options{}, "query of a general query is missing"},
		"own_question":      {"a.jsonl", `{"context":"C","answer":"Ada"}`, Options{}, "line 1: member question or input is missing"},
		"own_blank":         {"a.jsonl", `{"context":"C","answer":"Ada","question":" "}`, Options{}, "line 1: the question is empty"},
		"own_context":       {"a.jsonl", `{"context":"\n","answer":"Ada","question":"Q"}`, Options{}, "line 1: context is empty"},
		"own_context_type":  {"a.jsonl", `{"context":{"secret":1},"answer":"Ada","question":"Q"}`, Options{}, "line 1: context, answers"},
		"own_null_part":     {"a.jsonl", `{"context":["C",null],"answer":"Ada","question":"Q"}`, Options{}, "or an array of such"},
		"own_answer":        {"a.jsonl", `{"context":"C","question":"Q"}`, Options{}, "answers or answer is missing"},
		"own_empty_answers": {"a.jsonl", `{"context":"C","question":"Q","answers":[]}`, Options{}, "there is no answer"},
		"own_id":            {"a.jsonl", `{"id":[],"context":"C","question":"Q","answer":"Ada"}`, Options{}, "id must be a string or a number"},
		"own_languages": {"a.jsonl", `{"context":"C","question":"Q","answer":"Ada"}` + "\n" + `{"context":"C","question":"Q","answer":"Ada","language":"zh"}`,
			Options{}, "line 2: one task has rows in zh"},
		"own_language": {"a.jsonl", `{"context":"C","question":"Q","answer":"Ada","language":"secret"}`, Options{}, "line 1: member language must be en, zh or code"},
		"own_choice": {"a.jsonl", `{"context":"C","question":"Q","answer":"B"}` + "\n" + `{"context":"C","question":"Q","answer":"secret"}`,
			Options{Metric: "choice"}, "a.jsonl: line 2: metric choice: the metric does not suit the gold answer: it must be A, B, C or D"},
		"own_classes": {"a.jsonl", `{"context":"C","question":"Q","answer":"B","classes":["B"]}` + "\n" + `{"context":"C","question":"Q","answer":"B"}`,
			Options{Metric: "classification"}, "a.jsonl: line 2: metric classification: classification needs classes"},
		"own_label": {"a.jsonl", `{"context":"C","question":"Q","answer":"secret","classes":["B"]}`,
			Options{Metric: "classification"}, "a.jsonl: line 1: metric classification: the metric does not suit the gold answer: it is none of the classes"},
		"own_paragraph":    {"a.jsonl", `{"context":"C","question":"Q","answer":"secret"}`, Options{Metric: "retrieval"}, `line 1: metric retrieval: a gold answer must have the form "Paragraph 7"`},
		"own_metric_none":  {"a.jsonl", `{"context":"C","question":"Q","answer":"secret"}`, Options{Metric: "nosuch"}, `line 1: no metric "nosuch"`},
		"classes_missing":  {"trec.jsonl", row + "\n" + strings.Replace(rows("lsht", 1), `["0"],"length"`, `null,"length"`, 1), Options{}, "trec.jsonl: line 2: metric classification: classification needs classes"},
		"paragraph":        {"passage_retrieval_en.jsonl", rows("passage_retrieval_en", 1), Options{}, `passage_retrieval_en.jsonl: line 1: metric retrieval: a gold answer must have`},
		"latin_1":          {"a.jsonl", `{"context":"C","question":"Q","answer":"Ada"}` + "\n" + `{"context":"secret caf` + "\xe9" + `","question":"Q","answer":"Ada"}`, Options{}, "a.jsonl: line 2: it is not UTF-8"},
		"latin_1_array":    {"data.json", "[" + v2row + "," + strings.Replace(v2row, "choice_D\":\"", "choice_D\":\"\xe9", 1) + "]", Options{}, "item 2: it is not UTF-8"},
		"lone_surrogate":   {"a.jsonl", "\n" + `{"context":"secret \ud800","question":"Q","answer":"Ada"}`, Options{}, "a.jsonl: line 2: \\u with half of a character"},
		"gsm8k_too_many":   {"train.jsonl", sum(1) + sum(2) + sum(3), Options{Demonstrations: 4}, "train.jsonl: train.jsonl has 3 demonstrations, and 4 were asked for"},
		"gsm8k_not_beside": {"train.jsonl", sum(1) + sum(2) + sum(3), Options{Demonstrations: 3}, "train.jsonl: line 1: beside this problem train.jsonl has 2 demonstrations, and 3 were asked for"},
		"gsm8k_no_number":  {"train.jsonl", sum(1) + `{"question":"secret","answer":"secret"}`, Options{}, "train.jsonl: line 2: member answer has no number"},
		"parquet":          {"a.jsonl", "PAR1\x00\x00", Options{}, "Parquet"},
		"empty":            {"a.jsonl", "\n\n", Options{}, "no form of a data set that is known; looked for"},
		"looked_for":       {"a.jsonl", `{"secret":1}`, Options{}, "LongBench v2 (choice_A), QMSum (meeting_transcripts), BIG-Bench Hard (examples), LongBench (dataset and context), Questions of your own (context with question or input), GSM8K ("},
		"not_a_zip":        {"data.zip", "PK\x03\x04secret", Options{}, "data.zip: not a whole archive"},
		"empty_zip":        {"data.zip", zipped(t, map[string]string{"a.txt": "x"}), Options{}, "holds no .jsonl"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(folder(t, map[string]string{tc.file: tc.text}), tc.file)
			set, err := Open(path, tc.o)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "open data set: ") {
				t.Fatalf("got %v; want %s", err, tc.want)
			}
			if strings.Contains(err.Error(), "secret") || len(set.Items) > 0 {
				t.Errorf("text in an error, or items beside it: %v", err)
			}
		})
	}
}

func TestOpenFolderSaysWhatIsWrong(t *testing.T) {
	mine := `{"context":"C","question":"Q","answer":"Ada"}`
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing":   {nil, "holds no .jsonl, no .json and no data.zip"},
		"unrelated": {map[string]string{"package.json": `{"name":"x"}`}, "no form of a data set"},
		"two_sets":  {map[string]string{"a.jsonl": mine, "trec.jsonl": rows("trec", 1)}, "name one of them"},
		"broken":    {map[string]string{"a.jsonl": mine, "b.jsonl": "{"}, "b.jsonl: line 1: not JSON"},
		"same_id": {map[string]string{"a.jsonl": `{"id":"1",` + mine[1:], "b.jsonl": `{"id":1,` + mine[1:]},
			"b.jsonl: line 1: the same ID as"},
	} {
		if _, err := Open(folder(t, tc.files), Options{}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), Options{}); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("no such path: %v", err)
	}
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok || os.IsNotExist(err) {
			return err
		}
		err = u.Unwrap()
	}
}

func TestOpenArchiveThatIsDamaged(t *testing.T) {
	whole := zipped(t, map[string]string{"data/trec.jsonl": rows("trec", 400)})
	flipped := []byte(whole)
	flipped[len(flipped)/3] ^= 0xff
	for name, text := range map[string]string{
		"cut_off": whole[:len(whole)-30],
		"flipped": string(flipped),
		"bomb":    forged(t, strings.Repeat("\n", 1<<20), 3<<30),
		"liar":    forged(t, rows("trec", 400), 100),
	} {
		path := filepath.Join(folder(t, map[string]string{"data.zip": text}), "data.zip")
		set, err := Open(path, Options{})
		if err == nil || !strings.Contains(err.Error(), "data.zip") || len(set.Items) > 0 {
			t.Errorf("%s: %d items, %v", name, len(set.Items), err)
		}
		if name == "bomb" && !strings.Contains(err.Error(), "over 2 GiB unpacked") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// forged is an archive that states another size for its only file.
func forged(t *testing.T, text string, size uint64) string {
	t.Helper()
	var packed, b bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&b)
	e, err := w.CreateRaw(&zip.FileHeader{Name: "data/trec.jsonl", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(text)),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: size})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// FuzzOpen: whatever a file holds, there is a set or an error, the same each time.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(rows("trec", 2)))
	f.Add([]byte("[" + v2row + "]"))
	f.Add([]byte(meeting))
	f.Add([]byte(sum(1)))
	f.Add([]byte(`{"examples":[{"input":"a","target":"b"}]}`))
	f.Add([]byte(`{"context":["a"],"input":"b","answer":"c"}`))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "train.jsonl")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := Open(path, Options{})
		again, errAgain := Open(path, Options{})
		if (err == nil) != (errAgain == nil) || ids(set.Items) != ids(again.Items) {
			t.Fatalf("two readings differ: %v, %v", err, errAgain)
		}
		if (err == nil) == (len(set.Items) == 0) {
			t.Fatalf("%d items, %v", len(set.Items), err)
		}
		for _, it := range set.Items {
			if _, ok := set.Task(it.Dataset); !ok || lacks(it) != nil || it.ID == "" {
				t.Fatalf("item %q of %q", it.ID, it.Dataset)
			}
		}
	})
}

func TestOpenNumbersAsAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.jsonl")
	if err := os.WriteFile(path, []byte(`{"context":"In 1921 it was 2.50.","question":"When?","answers":[1921,"2.50",3.10]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := Open(path, Options{})
	if err != nil || strings.Join(set.Items[0].Answers, " ") != "1921 2.50 3.10" {
		t.Errorf("%v, %v", set.Items, err)
	}
}

func TestOpenFilesThatAreNone(t *testing.T) {
	for content, want := range map[string]string{"": "is empty", "\x1f\x8b\x08\x00abc": "gunzip"} {
		path := filepath.Join(t.TempDir(), "n.jsonl")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", content, err, want)
		}
	}
}
