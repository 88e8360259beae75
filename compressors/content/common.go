package content

import "strings"

// shortWords are words of at most three letters that hold sentences together, in
// the languages of Latin script that are written most. A list of names or a table
// of keywords has next to none.
var shortWords = func() (t [27 * 27 * 27]bool) {
	for _, w := range strings.Fields(`a i an as at be by do he if in is it me my no of on or so to up us we all and any are but can for had has
		her him his how its may not now one our out she the too was who why you did per
		ab am da du er es ob um wo zu als auf aus bei bin das dem den der des die ein hat ich ihr ist man mit nur sie und uns von vor war was wie wir
		au ce de en et il je la le ma ne ni on ou sa se si te tu un au les des une qui que pas par sur ses est son
		al el lo mi no su ya con del dos era fue hay las los mas más muy por sin sus una uno y o e
		ao as da do em na os ou um com das dos ele foi mas nas nos por são sem ser sua uma
		di gli il ha ho che chi con del dei nel per più non una uno sono
		de en op te van het een dat die zij aan ook bij met niet om
		og er at av på til som den det med har var ett och att med inte
		dan di ke ini itu yang ada ve bir bu da ile ja on ei se az ez is nem na w z i do to jest się nie o po za od se je ve že to`) {
		if k, ok := shortKey(w); ok {
			t[k] = true
		}
	}
	return t
}()

// shortKey numbers the words of at most three lower-case ASCII letters.
func shortKey(w string) (int, bool) {
	k := 0
	for i := 0; i < len(w); i++ {
		if !isLower(w[i]) {
			return 0, false
		}
		k = k*27 + int(w[i]-'a'+1)
	}
	return k, len(w) > 0 && len(w) <= 3
}

// commonWords counts the words of s, and among them the short words.
func commonWords(s string) (words, short int) {
	for i := 0; i < len(s); {
		for i < len(s) && s[i] <= ' ' {
			i++
		}
		start := i
		for i < len(s) && s[i] > ' ' {
			i++
		}
		if start == i {
			break
		}
		w := s[start:i]
		if !isAlpha(w[0]) {
			continue
		}
		words++
		if len(w) > 4 {
			continue
		}
		if last := w[len(w)-1]; last == ',' || last == '.' {
			w = w[:len(w)-1]
		}
		if k, ok := shortKey(w); ok && shortWords[k] {
			short++
		}
	}
	return words, short
}
