// Package jsonedit reads a JSON text in one forward walk and replaces parts of it,
// leaving every other byte as it is.
//
// A [Reader] goes over the text once. It checks all of it against RFC 8259, tells
// the caller where the values are that the caller asks for, and stores nothing:
//
//	r := jsonedit.NewReader(body)
//	var edits []jsonedit.Edit
//	r.Object(keys, func(k string) {
//		if k == "text" && r.Kind() == jsonedit.String {
//			lit := r.Skip()
//			if s, ok := jsonedit.Unquote(lit.Of(body)); ok {
//				edits = append(edits, jsonedit.Replace(body, lit, shorter(s)))
//			}
//		}
//	})
//	if r.End() == nil {
//		body = jsonedit.Splice(body, edits)
//	}
//
// Parsing into Go values and writing them again would lose what a program that sits
// between two others must not lose: number spelling, key order, escapes, white
// space, members it does not know.
package jsonedit
