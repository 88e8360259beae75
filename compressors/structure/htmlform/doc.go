// Package htmlform writes HTML as the text that a person reads in a browser. It is no
// form that can be undone: attributes, scripts and the order of layout are gone, and a
// caller uses it only for what was asked to become text.
//
//	title            Title: text
//	h1 … h6          # text … ###### text
//	ul, ol, dl       - text, 1. text, the term and below it the definition
//	table            a row on a line, cells with " | "; cells that span others repeat
//	pre              fenced with ```
//	a                [text](address); the text alone for places of the page, scripts and
//	                 addresses that are the text
//	img              its alt
//	blockquote       > text
//	sup, sub, del    x^2, H_2O, ~~text~~
//	checkbox, radio  [x] or [ ]
//
// Not shown are script, style, noscript, template, svg, the content of frames and media,
// and elements with the attribute hidden or an inline style that hides them; style sheets
// are not read. Navigation, headers and footers stay, since nothing says that they are
// not what is asked about.
//
// White space is what a browser makes of it, with blank lines round paragraphs and none
// between the items of a list. No-break spaces become spaces; soft hyphens and zero-width
// spaces are dropped.
//
// It reads tokens and builds no tree: the parser of HTML5 can make a tree of many times
// the size of a broken page. Tags that need not be closed are closed as in a browser.
// What is in a table but in none of its cells comes before the row, elements that are
// nested more than 100 deep lose what they change, and tables more than 8 deep their
// columns. Time and memory are linear in the page.
package htmlform
