package metric

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/eval/jieba"
)

// A vector is what the reference scored.
type vector struct {
	Metric     string   `json:"metric"`
	Prediction string   `json:"prediction"`
	Answers    []string `json:"answers"`
	Classes    []string `json:"classes"`
	Score      float64  `json:"score"`
}

func TestScoreMatchesReference(t *testing.T) {
	f, err := os.Open("testdata/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.NewDecoder(z).Decode(&vectors); err != nil {
		t.Fatal(err)
	}
	by := map[string][]vector{}
	for _, v := range vectors {
		by[v.Metric] = append(by[v.Metric], v)
	}
	for _, name := range Names()[:9] {
		t.Run(name, func(t *testing.T) {
			s := scorer(t, name)
			if len(by[name]) < 100 {
				t.Fatalf("got %d vectors, want at least 100", len(by[name]))
			}
			for _, v := range by[name] {
				s.check(t, v)
			}
		})
	}
}

func TestScoreMatchesReferenceOnRealAnswers(t *testing.T) {
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("set PITH_EVAL_DATA to the folder that holds minilongbench")
	}
	raw, err := os.ReadFile("testdata/real.json")
	if err != nil {
		t.Fatal(err)
	}
	var scores map[string][][]float64
	if err := json.Unmarshal(raw, &scores); err != nil {
		t.Fatal(err)
	}
	for task, metric := range tasks {
		t.Run(task, func(t *testing.T) {
			s := scorer(t, metric)
			rows := readRows(t, filepath.Join(dir, "minilongbench", task+".jsonl"))
			if len(rows) != len(scores[task]) {
				t.Fatalf("got %d rows, want %d", len(rows), len(scores[task]))
			}
			for i, r := range rows {
				for k, p := range r.predictions(rows[(i+1)%len(rows)]) {
					got, err := s.Score(metric, p, r.Answers, r.AllClasses)
					if want := scores[task][i][k]; err != nil || math.Abs(got-want) > 1e-9 {
						t.Errorf("row %d, prediction %d: got %v, %v, want %v", i, k, got, err, want)
					}
				}
			}
		})
	}
}

// tasks and predictions do what TASKS and predictions of testdata/vectors.py do.
var tasks = map[string]string{
	"narrativeqa": "qa_f1", "qasper": "qa_f1", "multifieldqa_en": "qa_f1", "multifieldqa_zh": "qa_f1_zh",
	"hotpotqa": "qa_f1", "2wikimqa": "qa_f1", "musique": "qa_f1", "dureader": "rouge_zh", "gov_report": "rouge",
	"qmsum": "rouge", "multi_news": "rouge", "vcsum": "rouge_zh", "trec": "classification", "triviaqa": "qa_f1",
	"samsum": "rouge", "lsht": "classification", "passage_retrieval_en": "retrieval", "passage_count": "count",
	"passage_retrieval_zh": "retrieval_zh", "lcc": "code_sim", "repobench-p": "code_sim",
}

type row struct {
	Answers    []string `json:"answers"`
	AllClasses []string `json:"all_classes"`
	Context    string   `json:"context"`
}

func (r row) predictions(following row) []string {
	gold, context := []rune(r.Answers[0]), []rune(r.Context)
	words := fields(r.Answers[0])
	var second []string
	for i := 0; i < len(words); i += 2 {
		second = append(second, words[i])
	}
	slices.Reverse(words)
	return []string{
		string(gold),
		string(gold[:len(gold)*3/5]),
		strings.Join(second, " "),
		strings.Join(words, " "),
		following.Answers[0] + "\n" + string(gold),
		string(context[:min(300, len(context))]),
		string(context[max(0, len(context)-700):]) + string(gold[len(gold)/2:]),
	}
}

func readRows(t *testing.T, path string) (rows []row) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for dec := json.NewDecoder(f); dec.More(); {
		var r row
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// TestScoreMatchesLiveReference asks the reference itself about random pairs.
func TestScoreMatchesLiveReference(t *testing.T) {
	checkout := os.Getenv("PITH_LONGBENCH")
	if checkout == "" {
		t.Skip("set PITH_LONGBENCH to a checkout of LongBench and PITH_PYTHON to a Python with its requirements; PITH_PAIRS is how many pairs, PITH_SEED the seed")
	}
	python := "python3"
	if p := os.Getenv("PITH_PYTHON"); p != "" {
		python = p
	}
	pairs := randomPairs(setting(t, "PITH_SEED", 1), setting(t, "PITH_PAIRS", 2000))
	var in strings.Builder
	enc := json.NewEncoder(&in)
	for _, v := range pairs {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "testdata/vectors.py", "live", checkout)
	cmd.Stdin, cmd.Stderr = strings.NewReader(in.String()), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	n, positive := 0, map[string]int{}
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan() && n < len(pairs); n++ {
		v := pairs[n]
		if v.Score, err = strconv.ParseFloat(lines.Text(), 64); err != nil {
			t.Fatal(err)
		}
		if v.Score > 0 {
			positive[v.Metric]++
		}
		scorer(t, v.Metric).check(t, v)
	}
	if n != len(pairs) {
		t.Errorf("the reference scored %d of %d", n, len(pairs))
	}
	t.Logf("%d pairs; above zero: %v", n, positive)
}

func setting(t *testing.T, name string, value int) int {
	s := os.Getenv(name)
	if s == "" {
		return value
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// pieces are what random pairs are made of. CPython and Go agree on all of them.
var pieces = strings.Split("the|a|an|river|bridge|River|red|blue|7|12|１２|٣|3.5|.|. |...|,|!|。|，|“|”|'|\"|-|_|—|…|`|#|//|(|)|"+
	" |  |\n|\r\n|\t|\u3000|\u00a0|\x1c|\u0085|\u2028|Paragraph |段落|Type|体育|足球|北京|桥梁|委员会|会议|研究|的|了|一九八七年|龘|張|Σ|ΑΣ|İ|ß|é|e\u0301|½|²|Ⅷ|々|ｶ|한국|🚀|return x|if err|= {|}", "|")

func randomPairs(seed, n int) []vector {
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	text := func(most int) string {
		pool := pieces
		if rng.IntN(2) == 0 { // few, so that they come again
			pool = []string{" ", " "}
			for range 2 + rng.IntN(5) {
				pool = append(pool, pieces[rng.IntN(len(pieces))])
			}
		}
		var b strings.Builder
		for range rng.IntN(most + 1) {
			b.WriteString(pool[rng.IntN(len(pool))])
		}
		return b.String()
	}
	out := make([]vector, n)
	for i := range out {
		most := []int{3, 12, 40, 250}[rng.IntN(4)]
		v := vector{Metric: Names()[i%9], Answers: []string{text(most), text(most)}, Classes: []string{"", "Type", "体育", "体育足球", "red"}}
		v.Prediction = text(most)
		if rng.IntN(2) == 0 { // like an answer
			rs := []rune(v.Answers[0])
			cut := rng.IntN(len(rs) + 1)
			v.Prediction = string(rs[cut:]) + text(2) + string(rs[:cut])
		}
		switch v.Metric {
		case "count":
			v.Answers[0] = []string{"7", "12", "１２"}[rng.IntN(3)]
		case "retrieval":
			v.Answers = []string{"x Paragraph " + fmt.Sprint(7+5*rng.IntN(2)) + text(3)}
		case "retrieval_zh":
			v.Answers = []string{"段落" + fmt.Sprint(7+5*rng.IntN(2)) + text(3)}
		case "classification":
			v.Answers[0] = v.Classes[rng.IntN(len(v.Classes))]
			v.Answers = v.Answers[:1]
		}
		out[i] = v
	}
	return out
}

// segmented is a Scorer that tells which vectors it gets wrong.
type segmented struct{ Scorer }

func (s segmented) check(t *testing.T, v vector) {
	t.Helper()
	got, err := s.Score(v.Metric, v.Prediction, v.Answers, v.Classes)
	if err != nil || math.Abs(got-v.Score) > 1e-9 {
		t.Errorf("Score(%q, %.200q, %.200q, %q) = %v, %v, want %v", v.Metric, v.Prediction, v.Answers, v.Classes, got, err, v.Score)
	}
}

var segmenter = sync.OnceValues(func() (*jieba.Segmenter, error) {
	dir, err := jieba.Find("../../.native")
	if err != nil {
		return nil, nil
	}
	return jieba.Load(dir)
})

// scorer returns a Scorer for a metric; it skips the test if that one needs jieba and
// the dictionary is not there.
func scorer(t *testing.T, metric string) segmented {
	t.Helper()
	if !NeedsSegmenter(metric) {
		return segmented{}
	}
	s, err := segmenter()
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Skip("no Chinese dictionary: run scripts/native.sh, or set PITH_JIEBA_DIR")
	}
	return segmented{Scorer{Segment: s.Cut}}
}
