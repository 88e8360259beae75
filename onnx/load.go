package onnx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	ort "github.com/yalue/onnxruntime_go"
)

// Options say how a model is run. Zero values work.
type Options struct {
	// Provider is where it runs: "" and "cpu", or "cuda", "tensorrt", "openvino",
	// "coreml", "directml", or any name the runtime library knows. Which work
	// depends on the build of that library. ProviderOptions are the provider's own.
	Provider        string
	ProviderOptions map[string]string

	// MaxBatch is the most windows in one run; 0 is 16. On a CPU it is always 1.
	// In a batch, a window's result may depend on the others in the last digits,
	// and with int8 weights in more than those.
	MaxBatch int

	// MaxLogits is the most bytes that the logits of one run of a causal model may have;
	// it bounds the length of a sequence. 0 is 1 GiB.
	MaxLogits int64

	// Verify compares the files with the digests of the spec.
	Verify bool

	batchOnCPU bool                            // tests only
	tune       func(*ort.SessionOptions) error // benchmarks only
}

// LoadDir loads the model in the folder dir.
func LoadDir(ctx context.Context, dir string, engine *Engine, o Options) (*Model, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("load model: %s is not a folder", dir)
	}
	return Load(ctx, os.DirFS(dir), engine, o)
}

// Load reads a model's files, checks them, makes the runtime's session and runs
// it once, so that the first request finds it warm. A model whose weights lie in
// files beside its graph needs files to be a folder on disk, as of [os.DirFS].
func Load(ctx context.Context, files fs.FS, engine *Engine, o Options) (*Model, error) {
	spec, err := ReadSpec(files)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	m := &Model{core: core{spec: spec, engine: engine, opts: o}}
	openModels.Store(m, nil)
	if err := m.load(ctx, files); err != nil {
		m.Close()
		return nil, fmt.Errorf("load model %q: %w", spec.Name, err)
	}
	return m, nil
}

func (m *Model) load(ctx context.Context, files fs.FS) error {
	if err := m.spec.check(); err != nil {
		return fmt.Errorf("%s: %w", specFile, err)
	}
	if err := m.open(ctx, files, checkGraph); err != nil {
		return err
	}
	return m.warm(ctx)
}

func (c *core) readTokenizer(files fs.FS) error {
	f, err := openFile(files, c.spec.Tokenizer.File)
	if err != nil {
		return err
	}
	defer f.Close()
	c.tokenizer, err = f.all()
	if err != nil {
		return fmt.Errorf("read %s: %w", c.spec.Tokenizer.File, err)
	}
	return nil
}

func (c *core) newSession(graph *file) error {
	if !ort.IsInitialized() {
		return errors.New("the runtime library is not open: call onnx.Open first")
	}
	so, err := sessionOptions(&c.opts)
	if err != nil {
		return err
	}
	defer so.Destroy()
	if graph.path != "" {
		c.session, err = ort.NewDynamicAdvancedSession(graph.path, c.spec.inputs(), c.spec.outputs(), so)
	} else {
		var data []byte
		if data, err = graph.all(); err == nil {
			c.session, err = ort.NewDynamicAdvancedSessionWithONNXData(data, c.spec.inputs(), c.spec.outputs(), so)
		}
	}
	if err != nil {
		return fmt.Errorf("make session: %w", explainSession(err))
	}
	return nil
}
