package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
)

// methodInfo says what a method of `pith eval run` is.
type methodInfo struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Kind     string `json:"kind"`               // pith, baseline, peer or none
	Fixed    bool   `json:"fixed,omitempty"`    // has a rate of its own
	Question bool   `json:"question,omitempty"` // what it keeps depends on the question
}

// evalMethod is a method with how it is asked for. One of request and baseline is set,
// or neither for the peer, which is another program.
type evalMethod struct {
	methodInfo
	request  *eval.Pith // all but what calls it
	baseline func(seed uint64, items []eval.Item) eval.Arm
	takes    func(dataset.Task) bool // nil: all tasks
	direct   bool                    // a proxy cannot be asked for it
}

// peerMethod is the name of the Python package.
const peerMethod = "llmlingua"

// evalMethods lists the methods, pith's first.
func evalMethods() []methodInfo {
	var out []methodInfo
	for _, m := range allEvalMethods() {
		out = append(out, m.methodInfo)
	}
	return out
}

func allEvalMethods() []evalMethod {
	soft := pith.Options{Strictness: pith.Soft, Scope: pith.ScopeGlobal}
	bare := soft
	bare.Preserve.Classes = []string{}
	hard := pith.Options{Strictness: pith.Hard, Scope: pith.ScopeGlobal}
	ranked := hard
	ranked.Code.RankOnly = true
	isCode := func(t dataset.Task) bool { return t.Kind == dataset.Code || t.Language == "code" }
	p := func(name, about string, question bool, r eval.Pith) evalMethod {
		r.Label, r.Question = name, question
		return evalMethod{methodInfo: methodInfo{Name: name, About: about, Kind: "pith", Question: question}, request: &r}
	}
	fixed := func(name, about string, method string) evalMethod {
		m := p(name, about, false, eval.Pith{Method: method, Fixed: true})
		m.Fixed = true
		return m
	}
	direct := func(m evalMethod) evalMethod { m.direct = true; return m }
	code := func(m evalMethod) evalMethod { m.takes, m.request.Kind = isCode, pith.KindCode; return m }
	b := func(name, about string, question bool) evalMethod {
		return evalMethod{methodInfo: methodInfo{Name: name, About: about, Kind: "baseline", Question: question},
			baseline: func(seed uint64, items []eval.Item) eval.Arm { return baseline(name, seed, items) }}
	}
	return []evalMethod{
		{methodInfo: methodInfo{Name: "none", About: "the whole text", Kind: "none", Fixed: true},
			baseline: func(uint64, []eval.Item) eval.Arm { return eval.Full() }},
		p("auto", "what /v1/compress does when no method is named: shorter forms first, then words, for the question", true, eval.Pith{Method: "auto", Options: soft}),
		p("llmlingua2", "words by the token classifier, for the question", true, eval.Pith{Method: "llmlingua2", Options: soft}),
		direct(p("llmlingua2-blind", "the same without the question: one result serves all questions", false, eval.Pith{Method: "llmlingua2", Options: soft})),
		direct(p("llmlingua2-bare", "for the question, and no class of words is protected", true, eval.Pith{Method: "llmlingua2", Options: bare})),
		code(p("longcodezip", "functions, then blocks of source code, for the lines in front of the completion; code tasks only", true, eval.Pith{Method: "longcodezip", Options: hard})),
		direct(code(p("longcodezip-ranked", "whole functions only; code tasks only", true, eval.Pith{Method: "longcodezip", Options: ranked}))),
		fixed("lossless", "a dictionary of repeated runs and shorter forms; nothing is lost", "lossless"),
		fixed("structure", "shorter forms of JSON, logs and tables; nothing is lost", "structure"),
		fixed("metatoken", "a dictionary of repeated runs; nothing is lost", "metatoken"),
		b("random", "random words", false),
		b("head", "the first words", false),
		b("tail", "the last words", false),
		b("middle", "head and tail, as LongBench truncates", false),
		b("idf", "the rarest words of the set (TF-IDF)", false),
		b("bm25", "the sentences that share most with the question (BM25)", true),
		{methodInfo: methodInfo{Name: peerMethod, About: "the Python package llmlingua, in a process beside this one; see --llmlingua-model", Kind: "peer"}},
	}
}

// baseline returns one of [eval.Baselines].
func baseline(name string, seed uint64, items []eval.Item) eval.Arm {
	var df *eval.DocFreq
	if name == "idf" {
		df = eval.DocFreqOfItems(items)
	}
	for _, a := range eval.Baselines(seed, df) {
		if a.Name() == name {
			return a
		}
	}
	panic("no baseline " + name) // the table above and eval.Baselines differ; a test reads all
}

// defaultMethods are all that need nothing but this program.
func defaultMethods() []string {
	var names []string
	for _, m := range allEvalMethods() {
		if m.Kind != "peer" {
			names = append(names, m.Name)
		}
	}
	return names
}

// askable leaves out what a proxy cannot be asked for. One that was named is an error.
func askable(picked []evalMethod, named bool) ([]evalMethod, error) {
	var out []evalMethod
	for _, m := range picked {
		if !m.direct {
			out = append(out, m)
			continue
		}
		if named {
			return nil, usageError{fmt.Errorf("--through proxy: clients cannot ask a proxy for %s; leave it out", m.Name)}
		}
	}
	return out, nil
}

// pickMethods returns the methods of the names, each once.
func pickMethods(names []string) ([]evalMethod, error) {
	all := allEvalMethods()
	var out []evalMethod
	for _, n := range names {
		n = strings.TrimSpace(n)
		i := slices.IndexFunc(all, func(m evalMethod) bool { return m.Name == n })
		if i < 0 {
			return nil, usageError{fmt.Errorf("--methods: no method %q; `pith eval list` shows them", n)}
		}
		if !slices.ContainsFunc(out, func(m evalMethod) bool { return m.Name == n }) {
			out = append(out, all[i])
		}
	}
	return out, nil
}
