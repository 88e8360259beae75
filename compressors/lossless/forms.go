package lossless

import (
	"slices"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/metatoken"
	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/htmlform"
	"github.com/pith-proxy/pith/compressors/structure/jsonform"
	"github.com/pith-proxy/pith/compressors/structure/logform"
	"github.com/pith-proxy/pith/compressors/structure/pathform"
	"github.com/pith-proxy/pith/compressors/structure/plainform"
	"github.com/pith-proxy/pith/compressors/structure/tableform"
)

// form is a way to write a text of some kind. Without decode it is not exact.
type form struct {
	name   string
	encode func(string, structure.Options) (structure.Encoded, bool)
	decode func(text string, layout []byte, limit int) (string, error)
}

// The names of the forms, as callers give them.
const (
	FormNoise    = "noise"    // what a terminal hides
	FormSpace    = "space"    // white space that means nothing
	FormJSON     = "json"     // minified, or uniform records as a table
	FormLog      = "log"      // repeats, common beginnings and templates of lines
	FormCSV      = "csv"      // needless quotes and constant columns
	FormMarkdown = "markdown" // padding of Markdown's tables
	FormFrames   = "frames"   // tables that are drawn with lines
	FormColumns  = "columns"  // padding of aligned columns
	FormHits     = "hits"     // path:line:text by path
	FormPaths    = "paths"    // paths by directory
	FormDict     = "dict"     // repeated phrases, by package metatoken
	FormHTML     = "html"     // the text of a page; not exact
)

var forms = []form{
	{FormNoise, plainform.EncodeNoise, plainform.DecodeNoise},
	{FormSpace, plainform.EncodeSpace, plainform.DecodeSpace},
	{FormJSON, jsonform.Encode, jsonform.Decode},
	{FormLog, logform.Encode, logform.Decode},
	{FormCSV, tableform.EncodeCSV, tableform.DecodeCSV},
	{FormMarkdown, tableform.EncodeMarkdown, tableform.DecodeMarkdown},
	{FormFrames, tableform.EncodeFrames, tableform.DecodeFrames},
	{FormColumns, tableform.EncodeColumns, tableform.DecodeColumns},
	{FormHits, pathform.EncodeHits, pathform.DecodeHits},
	{FormPaths, pathform.EncodePaths, pathform.DecodePaths},
	{FormDict, nil, metatoken.DecodeDict},
	{FormHTML, encodeHTML, nil},
}

// formEnd is of the line that ends a log.
const formEnd = "end"

func decodeEnd(text string, _ []byte, _ int) (string, error) {
	if text != endMark {
		return "", structure.ErrText
	}
	return "", nil
}

// onRequest are the forms that have to be named: one is not exact, and what the other
// saves is next to nothing, since vocabularies have tokens for white space.
var onRequest = []string{FormSpace, FormHTML}

// markdownSpace is FormSpace where two spaces at the end of a line break it.
const markdownSpace = "space in Markdown"

// formNamed finds a form, also by the name of a variant.
func formNamed(name string) (form, bool) {
	switch name {
	case markdownSpace:
		return form{FormSpace, plainform.EncodeMarkdownSpace, plainform.DecodeSpace}, true
	case formEnd:
		return form{name: formEnd, decode: decodeEnd}, true
	}
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == name })
	if i < 0 {
		return form{}, false
	}
	return forms[i], true
}

// FormNames lists the forms, those first that are exact.
func FormNames() []string {
	var names []string
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

func encodeHTML(text string, _ structure.Options) (structure.Encoded, bool) {
	out, ok := htmlform.Text(text)
	return structure.Encoded{Text: out}, ok
}

// chains are the ways to write a text of a class, each a list of forms. The one of the
// fewest tokens is taken, and of these the first. Code and diffs have none: whoever
// reads them may have to quote them to the letter.
var chains = map[content.Class][][]string{
	content.JSON:     {{FormJSON}},
	content.NDJSON:   {{FormJSON}},
	content.Log:      {{FormSpace, FormLog}},
	content.Trace:    {{FormSpace, FormLog}, {FormHits}},
	content.Search:   {{FormHits}, {markdownSpace}},
	content.Table:    {{FormCSV}, {FormMarkdown}, {FormFrames}, {FormColumns}, {FormHits}, {FormPaths}},
	content.Prose:    {{markdownSpace, FormMarkdown}},
	content.Markdown: {{markdownSpace, FormMarkdown}},
	content.Mixed:    {{markdownSpace, FormMarkdown}, {FormFrames}, {FormHits}},
	content.Other:    {{markdownSpace, FormMarkdown}, {FormFrames}, {FormHits}, {FormPaths}, {FormJSON}},
	content.HTML:     {{FormHTML}},
}
