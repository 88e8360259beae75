package protect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wide reads a run of a script without spaces that begins at i: the Chinese and
// Japanese negations in it, and full-width numbers. It returns where the run
// ends, and false if none begins there.
func (s *scanner) wide(i int) (end int, ok bool) {
	t := s.text
	if r, _ := utf8.DecodeRuneInString(t[i:]); !unspaced(r) {
		return i, false
	}
	start := i
	for i < len(t) {
		r, n := utf8.DecodeRuneInString(t[i:])
		if !unspaced(r) {
			break
		}
		if r >= '０' && r <= '９' {
			i = s.fullWidth(i)
			continue
		}
		if s.policy.negations {
			s.hanNegation(start, i, r, n)
		}
		i += n
	}
	return i, true
}

// fullWidth adds the full-width number that begins at i and returns its end.
func (s *scanner) fullWidth(i int) int {
	start := i
	for i < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[i:])
		if (r < '０' || r > '９') && r != '．' && r != '，' {
			break
		}
		i += n
	}
	end, dated := wideNumber(s.text, i)
	s.addNumber(start, end, dated)
	return end
}

// affirmed are words that hold a negating sign and negate nothing.
var affirmed = []string{"非常", "非洲", "不断", "不斷", "不过", "不過", "不仅", "不僅", "不但", "不久", "不少",
	"无线", "無線", "未来", "未來", "未満", "无论", "無論", "别人", "別人", "没收", "沒收", "不思議"}

// hanNegation adds the negation at i, if r is one: with the sign behind it in
// Chinese, with the stem before it in Japanese. low is where the run begins.
func (s *scanner) hanNegation(low, i int, r rune, size int) {
	t := s.text
	switch r {
	case '不', '没', '沒', '未', '无', '無', '非', '勿', '莫':
		for _, w := range affirmed {
			if strings.HasPrefix(t[i:], w) {
				return
			}
		}
		end := i + size
		if next, n := utf8.DecodeRuneInString(t[end:]); unicode.Is(unicode.Han, next) {
			end += n
		}
		s.add(i, end, Negations)
	case 'な', 'ま', 'せ', 'わ', 'れ', 'ら':
		for _, w := range []string{"ないで", "なかった", "なければ", "なくて", "ない", "ませんでした", "ません", "せず", "わず", "れず", "らず"} {
			if strings.HasPrefix(t[i:], w) {
				s.add(stem(t, low, i), i+len(w), Negations)
				return
			}
		}
	}
}

// stem returns where the word before a Japanese ending begins: at most four kana
// and then four Han letters back, not below low.
func stem(t string, low, i int) int {
	i = backOver(t, low, i, unicode.Hiragana)
	return backOver(t, low, i, unicode.Han)
}

func backOver(t string, low, i int, table *unicode.RangeTable) int {
	for n := 0; n < 4 && i > low; n++ {
		r, size := utf8.DecodeLastRuneInString(t[low:i])
		if !unicode.Is(table, r) {
			break
		}
		i -= size
	}
	return i
}
