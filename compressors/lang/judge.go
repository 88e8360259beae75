package lang

// Bounds of the judgement, set by trial. A unit is settled by its own words if
// they give evidence of at least sureSum (two words that one language alone
// uses), leave the next language well behind and are not lost among unknown ones.
const (
	sureSum    = 16
	pooledSum  = 10
	minSureHan = 24  // Han letters without kana: no heading of a Japanese text
	minShort   = 40  // letters, as weighed: shorter stretches join their neighbours
	minWeak    = 160 // the same for what only pooling settled
	poolBytes  = 900
)

// judge settles u if what it says is enough.
func (u *unit) judge(text string) {
	if u.fenced {
		return
	}
	var e evidence
	e.read(text[u.start:u.end])
	u.script, u.size = e.mainScript()
	switch u.script {
	case noScript, han:
		if u.script == han && e.letters[han] >= minSureHan {
			u.lang = "zh"
		}
	case kana:
		u.lang = "ja"
	case other:
		u.lang = Undetermined
	case latin, cyrillic, arabic:
		u.lang = e.byWords(sureSum)
	default:
		u.lang = scripts[u.script-sure].lang
	}
}

// byWords returns the language that words and letters speak for, or "".
func (e *evidence) byWords(least int32) string {
	lang, first, second := e.scores.best()
	clear := first >= least && (first*4 >= second*5 || first >= 3*least && first > second)
	common := int(first)*3 >= e.words
	if !clear || !common {
		return ""
	}
	return lang
}

// settleHan settles short lines of Han: they are Japanese where the nearest
// line before, or else after, that is Chinese, Japanese or Korean is Japanese.
func settleHan(units []unit) {
	before := ""
	for i := range units {
		u := &units[i]
		switch {
		case u.lang == "zh" || u.lang == "ja" || u.lang == "ko":
			before = u.lang
		case u.script == han && before != "":
			u.lang = hanIn(before)
		}
	}
	after := ""
	for i := len(units) - 1; i >= 0; i-- {
		u := &units[i]
		switch {
		case u.lang == "zh" || u.lang == "ja" || u.lang == "ko":
			after = u.lang
		case u.script == han:
			u.lang = hanIn(after)
		}
	}
}

func hanIn(around string) string {
	if around == "ja" {
		return "ja"
	}
	return "zh"
}

// settleByPooling reads runs of open units of one script together, up to
// poolBytes at a time, and asks the library where words do not settle it.
func settleByPooling(units []unit, text string) {
	for i := 0; i < len(units); {
		u := &units[i]
		if u.lang != "" || u.size == 0 || u.fenced {
			i++
			continue
		}
		j := i + 1
		for j < len(units) && units[j].lang == "" && !units[j].fenced && units[j].end-u.start <= poolBytes &&
			(units[j].script == u.script || units[j].script == noScript) {
			j++
		}
		lang := pooled(text[u.start:units[j-1].end], u.script)
		for k := i; k < j; k++ {
			units[k].lang, units[k].weak = lang, true
		}
		i = j
	}
}

func pooled(s string, sc script) string {
	var e evidence
	e.read(s)
	if lang := e.byWords(pooledSum); lang != "" {
		return lang
	}
	return askLibrary(s, sc, &e)
}

// absorbShort gives a stretch of few letters the language around it, if both
// sides agree on one. A stretch in a script of its own needs no more than a few
// words to stand.
func absorbShort(units []unit) {
	before := ""
	for i := 0; i < len(units); {
		j, size, least := i, 0, minWeak
		for j < len(units) && units[j].lang == units[i].lang {
			size += units[j].size
			if !units[j].weak {
				least = minShort
			}
			j++
		}
		if l := units[i].lang; l != "" && before != "" && size < least {
			if after := nextLang(units, j); after == before {
				for k := i; k < j; k++ {
					units[k].lang = before
				}
			}
		}
		if units[i].lang != "" {
			before = units[i].lang
		}
		i = j
	}
}

// nextLang returns the language of the first settled unit from i on.
func nextLang(units []unit, i int) string {
	for ; i < len(units); i++ {
		if units[i].lang != "" {
			return units[i].lang
		}
	}
	return ""
}

// fill gives open units the language of the settled unit before them, the first
// ones that of the one after.
func fill(units []unit) {
	last := nextLang(units, 0)
	for i := range units {
		if units[i].lang == "" {
			units[i].lang = last
		}
		last = units[i].lang
	}
}
