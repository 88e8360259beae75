package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cmd/pith/internal/files"
	"github.com/pith-proxy/pith/tokenize"
)

// printOne prints the result for one text.
func (f *compressFlags) printOne(p process, req pith.Request, res pith.Result, source string) error {
	if len(res.Contexts) != 1 {
		return errors.New("no result")
	}
	c := res.Contexts[0]
	if !f.quiet {
		summarize(p.stderr, c)
	}
	if f.decode != "" {
		if err := writeDecode(f.decode, &c); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		out := printed{Method: res.Method, Version: res.Version, Models: res.Models, printedText: printedOf(&c, req.Options.ReturnSpans)}
		out.ID = ""
		return writeJSON(p.stdout, out)
	case f.diff && c.Forms == nil && (c.Labels != nil || c.Status == pith.StatusUnchanged):
		return printDiff(p.stdout, source, c, colourful(p))
	}
	_, err := io.WriteString(p.stdout, string(c.Text))
	return err
}

func summarize(w io.Writer, c pith.ContextResult) {
	for _, warning := range c.Warnings {
		fmt.Fprintln(w, "pith: warning:", warning)
	}
	how := ""
	if c.Forms != nil {
		how = ", as " + strings.Join(c.Forms, ", ")
	}
	fmt.Fprintf(w, "pith: %s, %s%s\n", c.Status, kept(c.OutputTokens, c.InputTokens), how)
}

func kept(out, in int) string {
	percent := 100.0
	if in > 0 {
		percent = 100 * float64(out) / float64(in)
	}
	return fmt.Sprintf("%d of %d tokens kept (%.1f %%)", out, in, percent)
}

// printMany prints the results for several files: as JSON, or those that are left, each
// below a line with its name.
func (f *compressFlags) printMany(p process, req pith.Request, res pith.Result, in *inputs) error {
	text := joined(res.Contexts)
	if !f.quiet {
		if passed := passedBy(&in.skipped, ""); passed != "" {
			fmt.Fprintln(p.stderr, "pith: passed by:", passed)
		}
		if err := summarizeMany(p.stderr, req.Options.Tokenizer, &res, text); err != nil {
			return err
		}
	}
	if f.json {
		return writeJSON(p.stdout, printedManyOf(&res, req.Options.ReturnSpans))
	}
	_, err := io.WriteString(p.stdout, text)
	return err
}

// joined writes files one below the other as head and tail do, without those that were
// dropped.
func joined(cs []pith.ContextResult) string {
	var b strings.Builder
	for i := range cs {
		c := &cs[i]
		if c.Status == pith.StatusDropped {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("==> " + c.ID + " <==\n")
		b.WriteString(string(c.Text))
		if c.Text != "" && !strings.HasSuffix(string(c.Text), "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func summarizeMany(w io.Writer, tokenizer string, res *pith.Result, text string) error {
	counter, err := tokenize.CounterFor(tokenizer)
	if err != nil {
		return err
	}
	var count [3]int // whole, cut, dropped
	in, out := 0, 0
	for i := range res.Contexts {
		c := &res.Contexts[i]
		switch c.Status {
		case pith.StatusUnchanged:
			count[0]++
		case pith.StatusCompressed:
			count[1]++
		case pith.StatusDropped:
			count[2]++
		}
		in, out = in+c.InputTokens, out+c.OutputTokens
	}
	for _, warning := range warningsOf(res) {
		fmt.Fprintln(w, "pith: warning:", warning)
	}
	fmt.Fprintf(w, "pith: %d files: %d whole, %d cut, %d dropped; %s; %d with their names\n", len(res.Contexts), count[0], count[1], count[2],
		kept(out, in), counter.Count(text))
	return nil
}

// warningsOf are all warnings, each once and with the first file that it is about.
func warningsOf(res *pith.Result) []string {
	out := append([]string(nil), res.Warnings...)
	times, first := map[string]int{}, map[string]string{}
	var order []string
	for i := range res.Contexts {
		for _, warning := range res.Contexts[i].Warnings {
			if times[warning]++; times[warning] == 1 {
				first[warning] = res.Contexts[i].ID
				order = append(order, warning)
			}
		}
	}
	for _, warning := range order {
		more := ""
		if n := times[warning] - 1; n > 0 {
			more = fmt.Sprintf(" (and %d more)", n)
		}
		out = append(out, first[warning]+more+": "+warning)
	}
	return out
}

// passedBy says what of folders was not read, behind an introduction; "" if all was.
func passedBy(s *files.Skipped, intro string) string {
	var parts []string
	for _, k := range []struct {
		n    int
		what string
	}{
		{s.Vendored, "vendored folders"}, {s.Generated, "generated files"}, {s.Binary, "binary files"},
		{s.TooLong, fmt.Sprintf("files over %d MiB", maxInTree>>20)}, {s.Empty, "empty files"}, {s.Unwanted, "files that are no code"}, {s.Links, "links"},
		{s.Unreadable, "that cannot be read"},
	} {
		if k.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", k.n, k.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return intro + strings.Join(parts, ", ")
}
