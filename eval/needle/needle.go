// Package needle makes questions about facts that are hidden in long texts, in the manner
// of RULER (Hsieh et al., arXiv:2404.06654) and NeedleBench (Li et al., arXiv:2407.11963),
// at any length and depth, in English and Chinese. Text and facts are drawn from a seed.
//
//	set, err := needle.Generate(needle.Options{Lengths: []int{8000}, Depths: []float64{0, 0.5, 1}, Seed: 1})
//
// The text around the facts is a chronicle of made-up towns, full of names, dates, amounts
// and codes of the very kinds that are asked for, so that nobody finds a fact by its being
// the only odd sentence. It means nothing, and is no measure of how well a text of the
// world is understood.
package needle

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/tokenize"
)

// Options say what [Generate] makes: an item for each kind, length, depth and repeat.
// Zero values work.
type Options struct {
	Kinds   []string  // of [Kinds]; default: all of the language
	Lengths []int     // tokens of the context, at least [MinLength]; default 4000
	Depths  []float64 // in [0, 1], two decimals count; default 0, 0.25, 0.5, 0.75, 1
	Repeats int       // default 1
	Sample  int       // at most so many items of each kind, spread over lengths and depths; 0 for all
	Seed    uint64

	Counter  tokenize.Counter // default o200k_base
	Language string           // "en", "zh", or "" for both

	// Haystack is the text to hide facts in, instead of ours. It is cut at sentences and
	// paragraphs; each item begins at a sentence drawn from the seed, and goes on at the
	// beginning after the end. Its language is that of Language, or else seen from it.
	Haystack string
}

// MinLength is the shortest context: room for facts, and for something to hide them in.
const MinLength = 256

// Kinds returns the kinds of questions:
//
//   - single: the value of a key, the code of a door;
//   - multikey: the same among other keys with other values, some like it but for a word
//     or a digit;
//   - multivalue: all four values of a key, among values of other keys;
//   - multiquery: the values of four keys;
//   - hops: two linked facts: who has a key, and where that person lives;
//   - negation: of several things the one that was not done; the rest were;
//   - number: an exact amount among amounts like it;
//
// and each with "-zh" in Chinese.
func Kinds() []string { return kindsOf("") }

// kindsOf returns those of a language, "" for all.
func kindsOf(language string) []string {
	var out []string
	for _, l := range languages {
		for _, k := range kinds {
			if language == "" || l.code == language {
				out = append(out, k.name+l.suffix)
			}
		}
	}
	return out
}

// Generate makes a set. An item's ID is kind, length, depth and repeat, such as
// "single-4000-d0.50-r1" (see [Where]), and its task "needle-" with the kind.
//
// Depth is where the sentence with the first fact stands: so much of the text without
// facts is before it, to the nearest end of a sentence. Of n facts, fact i stands i/n
// further on, and from the end goes on at the beginning. Contexts have at most as many
// tokens as asked for and at least 98 % of them. [eval.Item.Answers] are all needed for a
// right answer, as the metric "contains" wants them; [eval.Item.Needles] stand in the
// context exactly once each, but the key of a multivalue as often as it has values.
//
// A sample takes lengths and depths equally often, as far as its number allows, and is the
// same for each kind and seed.
//
// Equal options give equal bytes; an item does not depend on which others are made.
func Generate(o Options) (dataset.Set, error) {
	if err := o.prepare(); err != nil {
		return dataset.Set{}, fmt.Errorf("needles: %w", err)
	}
	set := dataset.Set{Name: "needle", Notes: []string{o.note()}}
	for _, name := range o.Kinds {
		k, l, _ := kindOf(name)
		set.Tasks = append(set.Tasks, task(k, l))
		for _, s := range o.spots() {
			length, depth := o.Lengths[s.length], o.Depths[s.depth]
			item, err := o.item(k, l, length, depth, fmt.Sprintf("%s-%d-d%.2f-r%d", name, length, depth, s.repeat+1))
			if err != nil {
				return dataset.Set{}, fmt.Errorf("needles: %s: %w", name, err)
			}
			set.Items = append(set.Items, item)
		}
	}
	return set, nil
}

// Where reads an item's ID. ok is false for one that [Generate] did not make.
func Where(id string) (kind string, length int, depth float64, repeat int, ok bool) {
	parts := strings.Split(id, "-")
	n := len(parts)
	if n < 4 || !strings.HasPrefix(parts[n-2], "d") || !strings.HasPrefix(parts[n-1], "r") {
		return "", 0, 0, 0, false
	}
	length, err1 := strconv.Atoi(parts[n-3])
	depth, err2 := strconv.ParseFloat(parts[n-2][1:], 64)
	repeat, err3 := strconv.Atoi(parts[n-1][1:])
	kind = strings.Join(parts[:n-3], "-")
	if _, _, known := kindOf(kind); !known || errors.Join(err1, err2, err3) != nil {
		return "", 0, 0, 0, false
	}
	return kind, length, depth, repeat, true
}

// Spread reports whether items of a kind have several facts, which are at several depths.
func Spread(kind string) bool {
	k, _, _ := kindOf(kind)
	return k.spread
}

// prepare fills in defaults and reports all that is wrong at once.
func (o *Options) prepare() error {
	if o.Counter == nil {
		c, err := tokenize.CounterFor("o200k_base")
		if err != nil {
			return err
		}
		o.Counter = c
	}
	o.Haystack = strings.ToValidUTF8(o.Haystack, "\uFFFD")
	if o.Haystack != "" && o.Language == "" {
		o.Language = languageOf(o.Haystack)
	}
	if len(o.Kinds) == 0 {
		o.Kinds = kindsOf(o.Language)
	}
	if len(o.Lengths) == 0 {
		o.Lengths = []int{4000}
	}
	if len(o.Depths) == 0 {
		o.Depths = []float64{0, 0.25, 0.5, 0.75, 1}
	}
	if o.Repeats == 0 {
		o.Repeats = 1
	}
	return o.validate()
}

func (o *Options) validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Language != "" && o.Language != "en" && o.Language != "zh" {
		wrong("language must be en, zh or empty; got %q", o.Language)
	}
	for i, name := range o.Kinds {
		switch _, l, ok := kindOf(name); {
		case !ok:
			wrong("kind must be one of %s; got %q", strings.Join(Kinds(), ", "), name)
		case o.Language != "" && l.code != o.Language:
			wrong("kind %s is in another language than %s", name, o.Language)
		case slices.Contains(o.Kinds[:i], name):
			wrong("kind %s is there twice", name)
		}
	}
	for i, n := range o.Lengths {
		if n < MinLength {
			wrong("length must be at least %d tokens; got %d", MinLength, n)
		}
		if slices.Contains(o.Lengths[:i], n) {
			wrong("length %d is there twice", n)
		}
	}
	var seen []string
	for _, d := range o.Depths {
		if !(d >= 0 && d <= 1) {
			wrong("depth must be in [0, 1]; got %v", d)
		}
		s := fmt.Sprintf("%.2f", math.Abs(d))
		if slices.Contains(seen, s) {
			wrong("depth %s is there twice", s)
		}
		seen = append(seen, s)
	}
	if o.Repeats < 0 {
		wrong("repeats must not be negative; got %d", o.Repeats)
	}
	if o.Sample < 0 {
		wrong("sample must not be negative; got %d", o.Sample)
	}
	return errors.Join(errs...)
}

func (o *Options) note() string {
	text := "made-up prose"
	if o.Haystack != "" {
		text = "a text that was handed in"
	}
	note := fmt.Sprintf("Generated from seed %d: facts hidden in %s, lengths in tokens of %s. An item's ID has its length and depth.", o.Seed, text, o.Counter.Name())
	if all := o.all(); o.Sample > 0 && o.Sample < all {
		note += fmt.Sprintf(" Of the %d of each kind %d were taken, spread over lengths and depths.", all, o.Sample)
	}
	return note
}

// languageOf is zh if at least a tenth of the letters are Han.
func languageOf(text string) string {
	han, letters := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.Is(unicode.Han, r) {
				han++
			}
		}
	}
	if han > 0 && han*10 >= letters {
		return "zh"
	}
	return "en"
}
