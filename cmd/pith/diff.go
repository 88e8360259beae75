package main

import (
	"bufio"
	"io"

	"github.com/pith-proxy/pith"
)

// How kept and dropped words look: in colour on a terminal, in plain text else.
const (
	colourForced  = "\x1b[1;32m" // kept by rule
	colourKept    = "\x1b[32m"
	colourDropped = "\x1b[2;9;31m"
	colourOff     = "\x1b[0m"
)

// colourful reports whether the output is a terminal whose user likes colours.
func colourful(p process) bool {
	return isTerminal(p.stdout) && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
}

// printDiff prints the source with the words marked: on a terminal in colour,
// else with dropped runs in [-brackets-].
func printDiff(w io.Writer, text string, c pith.ContextResult, colour bool) error {
	out := bufio.NewWriter(w)
	at, open := 0, false
	shut := func() {
		if open {
			out.WriteString("-]")
		}
		open = false
	}
	for _, l := range c.Labels {
		gap, word := text[at:l.Start], text[l.Start:l.End]
		at = l.End
		switch {
		case colour:
			out.WriteString(gap)
			out.WriteString(paint(l))
			out.WriteString(word + colourOff)
		case l.Keep:
			shut()
			out.WriteString(gap + word)
		case open:
			out.WriteString(gap + word)
		default:
			out.WriteString(gap + "[-" + word)
			open = true
		}
	}
	shut()
	out.WriteString(text[at:])
	return out.Flush()
}

func paint(l pith.Label) string {
	switch {
	case !l.Keep:
		return colourDropped
	case l.Forced:
		return colourForced
	}
	return colourKept
}
