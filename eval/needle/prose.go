package needle

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// language is what prose is made of.
type language struct {
	code    string // ISO 639-1
	suffix  string // of kinds
	between string // two sentences

	// Sentences have {x} for a draw of slot x, and [a|b] for a or b; neither is nested in
	// its like.
	topics  []topic
	notices []string // as short of context as what is hidden, and about such places
	short   []string // sentences of a few words
	slots   map[string]func(*rand.Rand) string

	keyOf   func(town, inst string) string
	surname func(name string) string
	and     string // between keys in a question
	facts   map[string]plan
	titles  map[string]string // of kinds
	prompt  string
}

// topic is sentences that go together.
type topic struct {
	first []string // one opens a scene
	then  []string
}

var languages = []*language{english, chinese}

// teller writes prose in scenes, which are paragraphs: a few sentences of one topic about
// the same person, town and institution, with a notice here and there.
type teller struct {
	lang  *language
	r     *rand.Rand
	scene map[string]string
	left  []string // sentences of the scene to come
	said  map[string]bool
}

func newTeller(l *language, r *rand.Rand) *teller {
	return &teller{lang: l, r: r, said: map[string]bool{}}
}

// tries is how often something new is looked for.
const tries = 50

// next returns a sentence that was not there yet, and whether it opens a paragraph. Where
// fifty templates in turn give nothing new, it repeats one, so that there is always one.
func (t *teller) next() (sentence, bool) {
	var s sentence
	for range tries {
		if len(t.left) == 0 {
			t.open()
			s.opens = true
		}
		template := t.left[0]
		t.left = t.left[1:]
		if s.text = t.expand(template); !t.said[s.text] {
			break
		}
	}
	t.said[s.text] = true
	return s, true
}

// open begins a scene: an opening, three to six sentences that go with it, and up to two
// notices.
func (t *teller) open() {
	t.scene = nil // of which the draws would be
	name := t.expand("{P}")
	t.scene = map[string]string{"P": name, "S": t.lang.surname(name), "T": t.expand("{town}"), "I": t.expand("{inst}")}
	about := t.topic()
	t.left = []string{one(t.r, about.first)}
	for _, i := range t.r.Perm(len(about.then))[:3+t.r.IntN(4)] {
		t.left = append(t.left, about.then[i])
	}
	for range t.r.IntN(3) {
		t.left = slices.Insert(t.left, 1+t.r.IntN(len(t.left)), one(t.r, t.lang.notices))
	}
}

func (t *teller) topic() topic { return t.lang.topics[t.r.IntN(len(t.lang.topics))] }

// fit returns the longest of some sentences that cost at most room. They continue the
// scene.
func (t *teller) fit(room int, cost func(sentence) int) (sentence, bool) {
	best, most := sentence{}, 0
	if t.scene == nil {
		t.open()
	}
	for i := range 2 * tries {
		template := one(t.r, t.lang.short)
		if i%2 == 0 {
			template = one(t.r, t.topic().then)
		}
		s := sentence{text: t.expand(template)}
		if c := cost(s); c <= room && c > most && !t.said[s.text] {
			best, most = s, c
		}
	}
	t.said[best.text] = true
	return best, most > 0
}

// expand fills in what stands in braces and brackets.
func (t *teller) expand(template string) string {
	for {
		open := strings.IndexByte(template, '[')
		if open < 0 {
			break
		}
		end := open + strings.IndexByte(template[open:], ']')
		template = template[:open] + one(t.r, strings.Split(template[open+1:end], "|")) + template[end+1:]
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(t.slot(name))
		template = after
	}
}

// slot is what the scene says, or else a draw. Q, U and J are other persons, towns and
// institutions than the scene's, K an institution of another town.
func (t *teller) slot(name string) string {
	if s, ok := t.scene[name]; ok {
		return s
	}
	switch name {
	case "Q":
		name = "P"
	case "U":
		name = "town"
	case "J":
		name = "inst"
	case "K":
		return t.lang.keyOf(t.slot("town"), t.slot("inst"))
	}
	return t.lang.slots[name](t.r)
}
