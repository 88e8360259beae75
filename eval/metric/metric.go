// Package metric scores answers exactly as LongBench does (Bai et al., arXiv:2308.14508,
// metrics.py): the same normalisation, the same segmentation of Chinese, the same
// mistakes. Scores are in [0, 1].
//
//	s := metric.Scorer{Segment: seg.Cut}
//	score, err := s.Score("qa_f1", prediction, answers, nil)
//
// LongBench v2, GSM8K, Big-Bench Hard and RULER have their own measures here too; the
// doc comment of each says which program it follows and where it parts from it.
//
// What depends on the Unicode version (lower case, digits, letters) is Go's, which
// differs from CPython 3.11's in characters added since Unicode 14 only.
package metric

import (
	"errors"
	"fmt"
	"strings"
)

// A Scorer scores answers. It is safe for concurrent use if Segment is.
type Scorer struct {
	// Segment cuts Chinese text into words that joined are the text, as package jieba
	// does. Only qa_f1_zh and rouge_zh call it; without it they return an error.
	Segment func(string) []string
}

type scoreFunc func(s Scorer, prediction string, answers, classes []string) (float64, error)

// metrics are all there are, in the order of Names.
var metrics = []struct {
	name  string
	score scoreFunc
	check checkFunc
}{
	{"qa_f1", best(qaF1), some(hasWords)},
	{"qa_f1_zh", bestZh(qaF1Zh), some(hasWordsZh)},
	{"rouge", best(rouge), some(hasSentence)},
	{"rouge_zh", bestZh(rougeZh), some(hasSentence)},
	{"classification", classification, isLabel},
	{"retrieval", bestOrError(retrieval), each(isParagraph)},
	{"retrieval_zh", bestOrError(retrievalZh), each(isParagraphZh)},
	{"count", best(count), each(isCount)},
	{"code_sim", best(codeSim), some(isText)},
	{"choice", best(choice), each(isChoice)},
	{"number", bestOrError(number), each(isNumber)},
	{"exact", best(exact), each(isLine)},
	{"contains", contains, each(isNeedle)},
	{"contains_any", containsAny, each(isNeedle)},
}

// Names returns the names of all metrics.
func Names() []string {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return names
}

// NeedsSegmenter says whether a metric calls [Scorer.Segment].
func NeedsSegmenter(metric string) bool { return metric == "qa_f1_zh" || metric == "rouge_zh" }

// Score returns how good prediction is by the named metric: the most that any of answers
// gives it, and 0 if there are none. Contains alone looks at all answers together.
// Classes are all labels of the task, for classification only.
//
// It returns an error for a metric it does not know, for a Chinese one without a
// segmenter, and for gold data that the metric cannot be computed from; [Check] tells
// before.
func (s Scorer) Score(metric, prediction string, answers, classes []string) (float64, error) {
	for _, m := range metrics {
		if m.name != metric {
			continue
		}
		score, err := m.score(s, prediction, answers, classes)
		if err != nil {
			return 0, fmt.Errorf("score %s: %w", metric, err)
		}
		return score, nil
	}
	return 0, unknown(metric)
}

func unknown(metric string) error {
	return fmt.Errorf("no metric %q: use one of %s", metric, strings.Join(Names(), ", "))
}

// FirstLine returns the first line of prediction that is not empty, for LongBench scores
// only that of trec, triviaqa, samsum and lsht.
func FirstLine(prediction string) string {
	line, _, _ := strings.Cut(strings.TrimLeft(prediction, "\n"), "\n")
	return line
}

func best(one func(prediction, answer string) float64) scoreFunc {
	return bestOrError(func(prediction, answer string) (float64, error) {
		return one(prediction, answer), nil
	})
}

func bestOrError(one func(prediction, answer string) (float64, error)) scoreFunc {
	return func(_ Scorer, prediction string, answers, _ []string) (float64, error) {
		top := 0.0
		for _, answer := range answers {
			score, err := one(prediction, answer)
			if err != nil {
				return 0, err
			}
			top = max(top, score)
		}
		return top, nil
	}
}

func bestZh(one func(prediction, answer []string) float64) scoreFunc {
	return func(s Scorer, prediction string, answers, _ []string) (float64, error) {
		if s.Segment == nil {
			return 0, errors.New("no segmenter for Chinese: run make build, which fetches jieba's dictionary, or set PITH_JIEBA_DIR")
		}
		words := s.Segment(prediction)
		top := 0.0
		for _, answer := range answers {
			top = max(top, one(words, s.Segment(answer)))
		}
		return top, nil
	}
}
