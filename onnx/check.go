package onnx

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// checkGraph compares what the file says with what the spec of a token classifier
// promises.
func checkGraph(s *Spec, g *graphInfo) error {
	if err := checkNames(s, g); err != nil {
		return err
	}
	for _, name := range s.inputs() {
		if err := checkPort("input", name, g.inputs, elemInt64, -1, -1); err != nil {
			return err
		}
	}
	if err := checkPort("output", outLogits, g.outputs, elemFloat, -1, -1, labels); err != nil {
		return err
	}
	if s.Vectors() {
		return checkPort("output", outVectors, g.outputs, elemFloat, -1, -1, int64(s.Embed.Size))
	}
	return nil
}

// checkNames sees that the file is the one that the spec was made for, and that the spec
// names whatever the graph wants to be given.
func checkNames(s *Spec, g *graphInfo) error {
	if got, want := g.opsets[""], int64(s.Graph.Opset); want != 0 && got != want {
		return fmt.Errorf("the graph uses opset %d, %s says %d: the two files do not belong together", got, specFile, want)
	}
	for _, in := range g.inputs {
		if s.Graph.Inputs[in.name] == nil {
			return fmt.Errorf("the graph wants an input %q that %s does not name", in.name, specFile)
		}
	}
	return nil
}

// checkPort finds a port and checks its element type and dimensions; -1 must be
// free, save the first, which may be 1: windows run one at a time on a CPU.
func checkPort(kind, name string, ports []port, elem int64, dims ...int64) error {
	p, err := findPort(kind, name, ports)
	if err != nil {
		return err
	}
	if p.elem != elem {
		return fmt.Errorf("%s %q is %s; it must be %s", kind, name, elemName(p.elem), elemName(elem))
	}
	if len(p.dims) == 0 && len(dims) == 3 {
		return nil // exporters may leave an output's shape out; warming up checks it
	}
	if len(p.dims) != len(dims) {
		return fmt.Errorf("%s %q has %d dimensions; it must have %d", kind, name, len(p.dims), len(dims))
	}
	for d, got := range p.dims {
		want := dims[d]
		switch {
		case got == want, got == -1, d == 0 && got == 1:
		case want == -1:
			return fmt.Errorf("%s %q has its dimension %d fixed at %d; export the model with free batch and sequence", kind, name, d, got)
		default:
			return fmt.Errorf("%s %q has width %d; %s says %d", kind, name, got, specFile, want)
		}
	}
	return nil
}

func findPort(kind, name string, ports []port) (port, error) {
	i := slices.IndexFunc(ports, func(p port) bool { return p.name == name })
	if i < 0 {
		return port{}, fmt.Errorf("the graph has no %s %q; it has %s", kind, name, portNames(ports))
	}
	return ports[i], nil
}

func portNames(ports []port) string {
	var names []string
	for _, p := range ports {
		names = append(names, fmt.Sprintf("%q", p.name))
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// checkData sees that the files with the weights are there.
func checkData(files fs.FS, g *graphInfo, onDisk bool) error {
	for name := range g.data {
		if !fs.ValidPath(name) {
			return fmt.Errorf("the graph keeps weights in a file outside the model folder")
		}
		if !onDisk {
			return fmt.Errorf("the graph keeps its weights in %s, which only a folder on disk can give: load it with LoadDir", name)
		}
		if _, err := fs.Stat(files, name); err != nil {
			return fmt.Errorf("the graph keeps its weights in %s: %w", name, err)
		}
	}
	return nil
}

// explainSession says what to do about the runtime's refusal of a model.
func explainSession(err error) error {
	msg := err.Error()
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(s string) bool { return strings.Contains(msg, s) })
	}
	hint := ""
	switch {
	case has("is not a registered function/op", "No Op registered", "Could not find an implementation", "No opset import for domain", "NOT_IMPLEMENTED"):
		hint = "the model needs an operator this runtime library lacks; use a newer library, or export the model with standard operators"
	case has("Opset", "opset", "ir_version", "IR version"):
		hint = "the model is newer than this runtime library; use a newer library, or export it with an older opset"
	case has("bad_alloc", "Failed to allocate"):
		hint = "not enough memory for the model"
	case has("Protobuf parsing failed", "INVALID_PROTOBUF"):
		hint = "model.onnx is damaged; fetch it again"
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%s: %w", hint, err)
}

// ErrNoProvider says that the runtime library cannot use the wanted provider.
var ErrNoProvider = errors.New("execution provider not available")
