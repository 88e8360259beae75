package hub

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// Where publishers put the graph, the usual place first: exporters for the
// browser use a folder onnx/, the others the root. Those of language models are
// decoders where they are older.
var (
	plainGraphs = []string{
		"onnx/model.onnx", "model.onnx",
		"onnx/decoder_model_merged.onnx", "decoder_model_merged.onnx",
		"onnx/decoder_model.onnx", "decoder_model.onnx",
	}
	quantizedGraphs = []string{
		"onnx/model_quantized.onnx", "model_quantized.onnx",
		"onnx/model_int8.onnx", "model_int8.onnx",
		"onnx/model_uint8.onnx", "model_uint8.onnx",
		"onnx/decoder_model_merged_quantized.onnx", "decoder_model_merged_quantized.onnx",
		"onnx/decoder_model_quantized.onnx", "decoder_model_quantized.onnx",
	}
)

// Names on disk; they are those of the built-in models.
const (
	graphFile     = "model.onnx"
	tokenizerFile = "tokenizer.json"
	configFile    = "config.json"
	cardFile      = "pith-model.json"
)

// A plan is which files to take.
type plan struct {
	graph     remoteFile
	tokenizer remoteFile
	config    *remoteFile
	data      []remoteFile // weights kept outside the graph, as far as names tell
}

// choose picks the files of a repository. Its error lists what there is.
func choose(s *snapshot, e Entry, quantized bool) (plan, error) {
	var p plan
	var err error
	if p.graph, err = chooseGraph(s, e, quantized); err != nil {
		return p, err
	}
	var ok bool
	if p.tokenizer, ok = beside(s, p.graph.path, tokenizerFile); !ok {
		return p, fail(pith.CodeInvalid, ErrUnusable, nil, "%s has no tokenizer.json, which pith needs; it has %s", s.repo, listing(s))
	}
	if c, ok := beside(s, p.graph.path, configFile); ok {
		p.config = &c
	}
	p.data = dataByName(s, p.graph.path)
	for _, f := range p.all() {
		if err := f.usable(); err != nil {
			return p, err
		}
	}
	return p, nil
}

func chooseGraph(s *snapshot, e Entry, quantized bool) (remoteFile, error) {
	names, known := plainGraphs, e.Graph
	if quantized {
		names, known = quantizedGraphs, e.Quantized
	}
	if known != "" {
		names = append([]string{known}, names...)
	}
	for _, n := range names {
		if f, ok := s.find(n); ok {
			return f, nil
		}
	}
	msg := fmt.Sprintf("%s has no ONNX graph", s.repo)
	if quantized {
		msg = fmt.Sprintf("%s has no quantized ONNX graph", s.repo)
	}
	if len(e.Instead) > 0 {
		msg += "; pull " + strings.Join(e.Instead, " or ") + ", which holds these weights as ONNX"
	}
	return remoteFile{}, fail(pith.CodeInvalid, ErrUnusable, nil, "%s; it has %s", msg, listing(s))
}

// beside looks in the root first, then in the graph's folder.
func beside(s *snapshot, graph, name string) (remoteFile, bool) {
	if f, ok := s.find(name); ok {
		return f, true
	}
	return s.find(path.Join(path.Dir(graph), name))
}

// dataByName guesses the external weights from their usual names, to know sizes
// before the graph is here; the graph itself has the last word (see external).
func dataByName(s *snapshot, graph string) []remoteFile {
	var out []remoteFile
	for _, f := range s.files {
		if strings.HasPrefix(f.path, graph+"_data") || strings.HasPrefix(f.path, graph+".data") {
			out = append(out, f)
		}
	}
	return out
}

// external picks the files a graph refers to. Locations are relative to the
// graph and must be plain names, since everything lands in one folder.
func external(s *snapshot, graph remoteFile, locations []string) ([]remoteFile, error) {
	var out []remoteFile
	for _, l := range locations {
		if !folderName.MatchString(l) || slices.Contains([]string{graphFile, tokenizerFile, configFile, cardFile}, l) {
			return nil, fail(pith.CodeInvalid, ErrUnusable, nil, "the graph of %s keeps weights in a file with an unsafe name (%s): it is not used", s.repo, printable(fmt.Sprintf("%q", l)))
		}
		f, ok := s.find(path.Join(path.Dir(graph.path), l))
		if !ok {
			return nil, fail(pith.CodeInvalid, ErrUnusable, nil, "the graph of %s keeps weights in %s, which the repository lacks; it has %s", s.repo, l, listing(s))
		}
		if err := f.usable(); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// all returns the files in the order they are fetched.
func (p plan) all() []remoteFile {
	out := []remoteFile{p.graph, p.tokenizer}
	if p.config != nil {
		out = append(out, *p.config)
	}
	return append(out, p.data...)
}

func (p plan) bytes() int64 { return bytesOf(p.all()) }

func bytesOf(files []remoteFile) int64 {
	var n int64
	for _, f := range files {
		n += f.size
	}
	return n
}

// listing names up to thirty files, for errors.
func listing(s *snapshot) string {
	var names []string
	for _, f := range s.files {
		if !strings.HasPrefix(path.Base(f.path), ".git") {
			names = append(names, printable(f.path))
		}
	}
	if len(names) == 0 {
		return "no files"
	}
	slices.Sort(names)
	if more := len(names) - 30; more > 0 {
		names = append(names[:30], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
