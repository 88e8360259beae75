package onnx

import (
	"fmt"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Names of the execution providers with a way of their own to be set up. Any
// other name is handed to the runtime as it is ("XNNPACK", "QNN", ...).
const (
	cpu      = "cpu"
	cuda     = "cuda"
	tensorRT = "tensorrt"
	openVINO = "openvino"
	coreML   = "coreml"
	directML = "directml"
)

func (o *Options) onCPU() bool { return o.Provider == "" || strings.EqualFold(o.Provider, cpu) }

// sessionOptions describes the layout that was measured best: each run has one
// thread, the caller's. The caller destroys the result.
func sessionOptions(o *Options) (*ort.SessionOptions, error) {
	so, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	if err := setSession(so, o); err != nil {
		so.Destroy()
		return nil, err
	}
	return so, nil
}

func setSession(so *ort.SessionOptions, o *Options) error {
	steps := []func() error{
		func() error { return so.SetIntraOpNumThreads(1) },
		func() error { return so.SetInterOpNumThreads(1) },
		func() error { return so.SetExecutionMode(ort.ExecutionModeSequential) },
		func() error { return so.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll) },
		func() error { return so.AddSessionConfigEntry("session.intra_op.allow_spinning", "0") },
		func() error { return so.AddSessionConfigEntry("session.inter_op.allow_spinning", "0") },
		// Windows differ in length: a plan for each would be memory for nothing.
		func() error { return so.SetMemPattern(false) },
		// Weights allocated apart from the arena do not round it up.
		func() error { return so.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("set session options: %w", err)
		}
	}
	if o.tune != nil {
		if err := o.tune(so); err != nil {
			return err
		}
	}
	if o.onCPU() {
		return nil
	}
	if err := appendProvider(so, o.Provider, o.ProviderOptions); err != nil {
		return fmt.Errorf("%w: %q: the runtime library %s cannot use it; "+
			"install the build of ONNX Runtime for it and set %s to its path, or choose the provider cpu: %w",
			ErrNoProvider, o.Provider, Version(), LibraryEnv, err)
	}
	return nil
}

func appendProvider(so *ort.SessionOptions, name string, opts map[string]string) error {
	switch strings.ToLower(name) {
	case cuda:
		return appendCUDA(so, opts)
	case tensorRT:
		return appendTensorRT(so, opts)
	case openVINO:
		return so.AppendExecutionProviderOpenVINO(opts)
	case coreML:
		return so.AppendExecutionProviderCoreMLV2(opts)
	case directML:
		return so.AppendExecutionProviderDirectML(0)
	}
	return so.AppendExecutionProvider(name, opts)
}

func appendCUDA(so *ort.SessionOptions, opts map[string]string) error {
	p, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer p.Destroy()
	if len(opts) > 0 {
		if err := p.Update(opts); err != nil {
			return err
		}
	}
	return so.AppendExecutionProviderCUDA(p)
}

func appendTensorRT(so *ort.SessionOptions, opts map[string]string) error {
	p, err := ort.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	defer p.Destroy()
	if len(opts) > 0 {
		if err := p.Update(opts); err != nil {
			return err
		}
	}
	return so.AppendExecutionProviderTensorRT(p)
}
