package metric

import (
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// qaF1 is the F1 of the words of prediction and answer, both normalised as for SQuAD.
func qaF1(prediction, answer string) float64 {
	return f1(fields(normalize(prediction)), fields(normalize(answer)))
}

func normalize(s string) string { return eval.NormalizeSQuAD(lower(s)) }

// qaF1Zh is qaF1 over the words of a segmenter.
func qaF1Zh(prediction, answer []string) float64 {
	return f1(normalizeZh(prediction), normalizeZh(answer))
}

// normalizeZh lowers each word and takes punctuation and white space out of it; what is
// then empty is left out.
func normalizeZh(words []string) []string {
	var kept []string
	for _, w := range words {
		w = strings.Map(func(r rune) rune {
			if strings.ContainsRune(punctuation, r) || isSpace(r) {
				return -1
			}
			return r
		}, lower(w))
		if w != "" {
			kept = append(kept, w)
		}
	}
	return kept
}

// punctuation is that of ASCII and LongBench's list of Chinese marks.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" +
	"！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､、〃》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏"

// f1 counts a word in common as often as it is in both.
func f1(prediction, answer []string) float64 {
	left := map[string]int{}
	for _, w := range answer {
		left[w]++
	}
	same := 0
	for _, w := range prediction {
		if left[w] > 0 {
			left[w]--
			same++
		}
	}
	if same == 0 {
		return 0
	}
	precision := float64(same) / float64(len(prediction))
	recall := float64(same) / float64(len(answer))
	return 2 * precision * recall / (precision + recall)
}
