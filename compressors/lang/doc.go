// Package lang says what language each part of a text is in, so that a model
// reads only what it was trained on and the rest is left alone.
//
//	for _, r := range lang.Regions(page) {
//		fmt.Println(r.Language, page[r.Start:r.End])
//	}
//
// Three kinds of evidence are asked in turn. The script settles Chinese,
// Japanese, Korean, Thai, Greek and the like at once. Among languages that share
// the Latin, Cyrillic or Arabic letters, the commonest words and the telling
// letters decide. What those leave open goes to a trigram library, whose answer
// counts for a language of a model only where some word speaks for it too.
// Whatever is still open takes the language of its neighbours.
//
// The answer depends on the text alone, in time linear in its length. It is an
// informed guess: Croatian, Bosnian and Serbian in Latin letters are one ("hr"),
// so are Malay and Indonesian ("id"), and a line of code says little. The package
// does not know which languages a model supports; the caller compares.
package lang
