package dataset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// problem is a row of GSM8K (Cobbe et al., arXiv:2110.14168).
type problem struct {
	Question string `json:"question"`
	Answer   string `json:"answer"` // steps, then "#### 42"
}

// solution returns the number after "####".
func (p problem) solution() (string, error) {
	if err := require(member{"question", p.Question != ""}, member{"answer", p.Answer != ""}); err != nil {
		return "", err
	}
	i := strings.LastIndex(p.Answer, "####")
	if i < 0 || strings.TrimSpace(p.Answer[i+4:]) == "" {
		return "", errors.New("member answer has no number after ####")
	}
	return strings.TrimSpace(p.Answer[i+4:]), nil
}

// calculator is the authors' mark for a tool that no reader here has: "<<48/2=24>>".
var calculator = regexp.MustCompile(`<<[^<>]*>>`)

// demonstration is a problem as the template has it, with its answer.
func (p problem) demonstration() string {
	return "Question: " + p.Question + "\nAnswer: " + calculator.ReplaceAllString(p.Answer, "")
}

func looksGSM8K(m map[string]any) bool {
	answer, _ := m["answer"].(string)
	_, ok := m["question"]
	return ok && strings.Contains(answer, "####")
}

// defaultDemonstrations is what papers show results on GSM8K with.
const defaultDemonstrations = 8

// readGSM8K reads problems. The text of each is the first problems of the training set
// with their answers, without the problem itself.
func readGSM8K(f file, c *collector) error {
	want := c.o.Demonstrations
	if want == 0 {
		want = defaultDemonstrations
	}
	train, err := firstProblems(f, want+1)
	if err != nil {
		return err
	}
	few := func(have int) error {
		if c.o.Demonstrations == 0 || have >= want {
			return nil
		}
		return fmt.Errorf("train.jsonl has %s, and %d were asked for", count(have, "demonstration"), want)
	}
	if err := few(len(train)); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	c.notes = append(c.notes, fmt.Sprintf("gsm8k: %s before each question, the first of train.jsonl",
		count(min(want, len(train)), "demonstration")))
	t, _, _ := c.from.task(gsm8k)
	n := 0
	return f.each(func(place string, raw []byte) error {
		var p problem
		if err := decode(raw, &p); err != nil {
			return err
		}
		answer, err := p.solution()
		if err != nil {
			return err
		}
		n++
		var shown []string
		for _, d := range train {
			if len(shown) < want && d.Question != p.Question {
				shown = append(shown, d.demonstration())
			}
		}
		if err := few(len(shown)); err != nil {
			return fmt.Errorf("beside this problem %w", err)
		}
		return c.add(t, eval.Item{ID: fmt.Sprintf("gsm8k/%s/%d", f.stem(), n), Language: t.Language, Question: p.Question,
			Context: strings.Join(shown, "\n\n"), Answers: []string{answer}}, f.name+": "+place)
	})
}

// firstProblems returns the first n of the train.jsonl beside f.
func firstProblems(f file, n int) ([]problem, error) {
	var out []problem
	enough := errors.New("")
	name := strings.TrimSuffix(f.name, f.base) + "train.jsonl"
	err := f.eachOf("train.jsonl", name, func(_ string, raw []byte) error {
		var p problem
		if err := decode(raw, &p); err != nil {
			return err
		}
		if _, err := p.solution(); err != nil {
			return err
		}
		if out = append(out, p); len(out) == n {
			return enough
		}
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: put the train.jsonl of GSM8K beside it, demonstrations are taken from there", f.name)
	case err != nil && !errors.Is(err, enough):
		return nil, err
	case len(out) == 0:
		return nil, fmt.Errorf("%s has no problems", name)
	}
	return out, nil
}

// readBBH reads a task of BIG-Bench Hard (Suzgun et al., arXiv:2210.09261). The text of
// each item is the authors' demonstrations of the task.
func readBBH(f file, c *collector) error {
	shown, err := demonstrations(f)
	if err != nil {
		return err
	}
	t, _, ok := c.from.task("bbh_" + f.stem())
	if !ok {
		t = c.from.Defaults
		t.Name, t.Title = "bbh_"+f.stem(), "BBH: "+f.stem()
	}
	return f.each(func(place string, raw []byte) error {
		var task struct {
			Examples []struct {
				Input  string `json:"input"`
				Target string `json:"target"`
			} `json:"examples"`
		}
		if err := decode(raw, &task); err != nil {
			return err
		}
		if err := require(member{"examples", task.Examples != nil}); err != nil {
			return err
		}
		for i, e := range task.Examples {
			if err := require(member{"input", e.Input != ""}, member{"target", e.Target != ""}); err != nil {
				return fmt.Errorf("example %d: %w", i+1, err)
			}
			it := eval.Item{ID: fmt.Sprintf("%s/%d", t.Name, i+1), Language: t.Language, Question: e.Input,
				Context: shown, Answers: []string{e.Target}}
			if err := c.add(t, it, fmt.Sprintf("%s: %s: example %d", f.name, place, i+1)); err != nil {
				return err
			}
		}
		return nil
	})
}

// demonstrations reads cot-prompts/TASK.txt, which is beside the task's folder, or in it.
// Without it there is nothing that could be shortened.
func demonstrations(f file) (string, error) {
	for _, dir := range []string{"../cot-prompts", "cot-prompts"} {
		r, err := f.sibling(path.Join(dir, f.stem()+".txt"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		defer r.Close()
		text, err := io.ReadAll(io.LimitReader(r, maxValue))
		if err != nil {
			return "", fmt.Errorf("read the demonstrations of %s: %w", f.name, err)
		}
		return withoutHeader(string(text)), nil
	}
	return "", fmt.Errorf("%s: its demonstrations are missing: put the repository's cot-prompts/%s.txt there too",
		f.name, f.stem())
}

// withoutHeader takes off what the authors put in front of demonstrations for crawlers: a
// line with a canary, then one of dashes.
func withoutHeader(text string) string {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	if first, rest, _ := strings.Cut(text, "\n"); strings.Contains(strings.ToLower(first), "canary") {
		text = rest
	}
	if first, rest, _ := strings.Cut(text, "\n"); len(first) >= 3 && strings.Trim(first, "-") == "" {
		text = rest
	}
	return strings.TrimSpace(text)
}
