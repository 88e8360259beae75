package protect

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// months in seven languages, in full, inflected and cut short.
var months = set(`january february march april may june july august september october november december
	jan feb mar apr jun jul aug sep sept oct nov dec
	januar jänner februar märz mai juni juli oktober dezember okt dez
	janvier février mars avril juin juillet août septembre octobre novembre décembre janv févr avr juil déc
	enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre ene abr ago dic
	janeiro fevereiro março maio junho julho setembro outubro novembro dezembro fev set out
	января февраля марта апреля мая июня июля августа сентября октября ноября декабря
	январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
	янв фев апр авг сен окт ноя дек`)

// date returns the end of the day w together with the month and year behind it,
// and its last word. afterMonth says that the month came before.
func (s *scanner) date(w word, afterMonth bool) (end int, last word, dated bool) {
	end, last = w.to, w
	core := w.core(s.text)
	if !afterMonth {
		if !isDay(core) {
			return end, last, false
		}
		month, ok := s.skipOf(w)
		if !ok || !months[strings.ToLower(month.core(s.text))] {
			return end, last, false
		}
		end, last = month.to, month
	} else if !isDay(core) {
		return end, last, false // "March 2023" is complete
	}
	if year, ok := s.skipOf(last); ok && isYear(year.core(s.text)) {
		end, last = year.to, year
	}
	return end, last, true
}

// skipOf returns the word after w, or after an "of" or "de" there. A full stop
// or comma behind w does not matter: "14. März", "March 14, 2023".
func (s *scanner) skipOf(w word) (word, bool) {
	if tail := s.text[w.to:w.end]; tail != "" && tail != "." && tail != "," {
		return word{}, false
	}
	next, ok := s.adjacent(w)
	if ok {
		if of := strings.ToLower(next.core(s.text)); of == "of" || of == "de" || of == "del" {
			next, ok = s.adjacent(next)
		}
	}
	return next, ok && next.from == next.start
}

// isDay reports whether c is 1 to 31, perhaps as an ordinal.
func isDay(c string) bool {
	n, err := strconv.Atoi(strings.TrimRight(c, "stndrheéºª"))
	return err == nil && 1 <= n && n <= 31 && isDigit(c[0])
}

func isYear(c string) bool {
	return len(c) == 4 && strings.Trim(c, "0123456789") == "" && (c[0] == '1' || c[0] == '2')
}

// isDate knows "2023-03-14", "14.03.2023", "3/14/23", "10:30" and timestamps.
func isDate(c string) bool {
	head, _, _ := strings.Cut(c, "T")
	for _, sep := range []string{"-", ".", "/"} {
		if parts := strings.Split(head, sep); len(parts) == 3 && dateParts(parts) {
			return true
		}
	}
	hour, minute, ok := strings.Cut(c, ":")
	return ok && len(hour) >= 1 && len(hour) <= 2 && len(minute) >= 2 && strings.Trim(minute[:2], "0123456789") == "" &&
		strings.Trim(hour, "0123456789") == ""
}

// dateParts reports whether three numbers have the lengths of a date.
func dateParts(p []string) bool {
	for _, s := range p {
		if s == "" || strings.Trim(s, "0123456789") != "" {
			return false
		}
	}
	yearFirst := len(p[0]) == 4 && len(p[1]) <= 2 && len(p[2]) <= 2
	yearLast := len(p[0]) <= 2 && len(p[1]) <= 2 && (len(p[2]) == 4 || len(p[2]) == 2 && len(p[1]) == 2)
	return yearFirst || yearLast
}

// wideUnits follow a number in text without spaces.
const wideUnits = "年月日号號时時点點分秒周週个個人名元円圓圆块塊岁歳歲次回度米厘吨噸公里斤克升本枚台件条條章节節页頁期届代％%万萬亿億兆千百十余餘多以上下内歐欧美"

// wideNumber returns the end of the number that ends at i with the units behind
// it, and whether they make it a date.
func wideNumber(t string, i int) (end int, dated bool) {
	for n := 0; n < 4 && i < len(t); n++ {
		r, size := utf8.DecodeRuneInString(t[i:])
		if !strings.ContainsRune(wideUnits, r) {
			break
		}
		dated = dated || strings.ContainsRune("年月日号號时時", r)
		i += size
	}
	return i, dated
}
