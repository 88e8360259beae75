package main

import "github.com/pith-proxy/pith"

// printed is the JSON of a result on the command line.
type printed struct {
	Method  string   `json:"method"`
	Version string   `json:"version"`
	Models  []string `json:"models"`
	printedText
}

// printedMany is that of several texts.
type printedMany struct {
	Method       string        `json:"method"`
	Version      string        `json:"version"`
	Models       []string      `json:"models"`
	InputTokens  int           `json:"input_tokens"`
	OutputTokens int           `json:"output_tokens"`
	Contexts     []printedText `json:"contexts"`
	Warnings     []string      `json:"warnings,omitempty"`
}

// printedText is one text.
type printedText struct {
	ID           string         `json:"id,omitempty"`
	Method       string         `json:"method"`
	Status       pith.Status    `json:"status"`
	Text         string         `json:"text"`
	InputTokens  int            `json:"input_tokens"`
	OutputTokens int            `json:"output_tokens"`
	Score        *float64       `json:"score,omitempty"`
	Spans        [][2]int       `json:"spans,omitzero"` // none in the compat profile
	Chunks       []printedChunk `json:"chunks,omitempty"`
	Forms        []string       `json:"forms,omitempty"`
	Decode       *decodeJSON    `json:"decode,omitempty"`
	Warnings     []string       `json:"warnings,omitempty"`
}

// printedChunk is a part of source code, as the API has it.
type printedChunk struct {
	Name   string      `json:"name"`
	Kind   string      `json:"kind"`
	Action pith.Action `json:"action"`
	Start  int         `json:"start"`
	End    int         `json:"end"`
	Lines  [][2]int    `json:"lines"`
	Tokens int         `json:"tokens"`
	Score  *float64    `json:"score,omitempty"`
}

func printedManyOf(res *pith.Result, spans bool) printedMany {
	out := printedMany{Method: res.Method, Version: res.Version, Models: res.Models, Warnings: res.Warnings,
		Contexts: make([]printedText, len(res.Contexts))}
	for i := range res.Contexts {
		c := &res.Contexts[i]
		out.Contexts[i] = printedOf(c, spans)
		out.InputTokens += c.InputTokens
		out.OutputTokens += c.OutputTokens
	}
	return out
}

func printedOf(c *pith.ContextResult, spans bool) printedText {
	out := printedText{ID: c.ID, Method: c.Method, Status: c.Status, Text: string(c.Text), InputTokens: c.InputTokens,
		OutputTokens: c.OutputTokens, Score: c.Score, Warnings: c.Warnings, Forms: c.Forms}
	if c.Decode != nil {
		out.Decode = &decodeJSON{c.Decode.Scheme, c.Decode.Params}
	}
	if spans && c.Forms == nil && (c.Spans != nil || c.Text == "") {
		out.Spans = [][2]int{}
	}
	for _, s := range c.Spans {
		out.Spans = append(out.Spans, [2]int{s.Start, s.End})
	}
	for i := range c.Chunks {
		k := &c.Chunks[i]
		one := printedChunk{k.Name, k.Kind, k.Action, k.Start, k.End, k.Lines, k.Tokens, k.Score}
		if one.Lines == nil {
			one.Lines = [][2]int{}
		}
		out.Chunks = append(out.Chunks, one)
	}
	return out
}
