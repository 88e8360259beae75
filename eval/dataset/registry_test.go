package dataset

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemplatesAreAsRecorded catches a slip of the editor in what must stay byte for byte.
func TestTemplatesAreAsRecorded(t *testing.T) {
	want, err := os.ReadFile("testdata/templates.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, task := range Tasks() {
		fmt.Fprintf(&got, "%x %s %s %d %s\n", sha256.Sum256([]byte(task.Prompt)), task.Set, task.Name, task.MaxTokens, task.Metric)
	}
	have, recorded := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(have), len(recorded)) {
		if i >= len(have) || i >= len(recorded) || have[i] != recorded[i] {
			t.Fatalf("line %d differs:\ngot\n%swant\n%s", i+1, got.String(), want)
		}
	}
}

// TestTemplatesAreTheAuthors compares with the authors' files dataset2prompt.json,
// dataset2maxlen.json and 0shot.txt in the folder that PITH_LONGBENCH_CONFIG names.
func TestTemplatesAreTheAuthors(t *testing.T) {
	dir := os.Getenv("PITH_LONGBENCH_CONFIG")
	if dir == "" {
		t.Skip("PITH_LONGBENCH_CONFIG names no folder with the authors' templates")
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var prompts map[string]string
	var caps map[string]int
	if err := json.Unmarshal(read("dataset2prompt.json"), &prompts); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(read("dataset2maxlen.json"), &caps); err != nil {
		t.Fatal(err)
	}
	tasks := setOf(longBench).tasks
	if len(tasks) != len(prompts) || len(tasks) != 21 {
		t.Errorf("%d tasks, the authors have %d", len(tasks), len(prompts))
	}
	for _, task := range tasks {
		if task.Prompt != prompts[task.Name] || task.MaxTokens != caps[task.Name] {
			t.Errorf("%s differs from the authors'", task.Name)
		}
	}
	v2 := strings.NewReplacer("$DOC$", "{context}",
		"$Q$\nChoices:\n(A) $C_A$\n(B) $C_B$\n(C) $C_C$\n(D) $C_D$", "{input}").Replace(string(read("0shot.txt")))
	if task, _, _ := setOf(longBench2).task(longBench2); task.Prompt != v2 {
		t.Errorf("LongBench v2: got %q, want %q", task.Prompt, v2)
	}
}

func TestTasksAreComplete(t *testing.T) {
	metrics := strings.Fields("qa_f1 qa_f1_zh rouge rouge_zh classification retrieval retrieval_zh count code_sim choice number exact contains")
	firstLine := map[string]bool{"trec": true, "triviaqa": true, "samsum": true, "lsht": true}
	seen := map[string]bool{}
	for _, task := range Tasks() {
		where := task.Set + "/" + task.Name
		if task.Name == "" || task.Title == "" || task.Language == "" || task.MaxTokens <= 0 || seen[where] {
			t.Errorf("%s is incomplete or there twice: %+v", where, task)
		}
		seen[where] = true
		if strings.Count(task.Prompt, "{context}") != 1 || strings.Count(task.Prompt, "{input}") > 1 ||
			strings.Count(task.Prompt, "{") != strings.Count(task.Prompt, "{context}")+strings.Count(task.Prompt, "{input}") {
			t.Errorf("%s: placeholders of %q", where, task.Prompt)
		}
		if !strings.Contains(" "+strings.Join(metrics, " ")+" ", " "+task.Metric+" ") {
			t.Errorf("%s: metric %q", where, task.Metric)
		}
		asked := strings.Contains(task.Prompt, "{input}") || task.Kind == Code
		if asked == (task.Instruction != "") || !strings.Contains(task.Prompt, task.Instruction) {
			t.Errorf("%s: instruction %q", where, task.Instruction)
		}
		if task.FirstLine != (task.Set == longBench && firstLine[task.Name]) {
			t.Errorf("%s: first line %v", where, task.FirstLine)
		}
	}
	if len(seen) != 21+1+1+1+27 {
		t.Errorf("%d tasks", len(seen))
	}
}

func TestKnown(t *testing.T) {
	var names []string
	for _, s := range Known() {
		names = append(names, s.Name)
		if s.Title == "" || s.Where == "" || s.Licence == "" || (s.Repo == "") != (len(s.Files) == 0) {
			t.Errorf("%+v is incomplete", s)
		}
	}
	if got := strings.Join(names, " "); got != "longbench longbench-v2 qmsum gsm8k bbh" {
		t.Errorf("got %s", got)
	}
	Known()[0].Files[0] = "changed"
	if Known()[0].Files[0] != "data.zip" {
		t.Error("a caller can change the registry")
	}
}

func TestRegistryRefusesUnknownMembers(t *testing.T) {
	for _, bad := range []string{`{"sets":[{"name":"x","titel":""}]}`, `{"sets":[{"name":"x","tasks":[{"promt":""}]}]}`, `{`} {
		if _, err := parseRegistry([]byte(bad)); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}
