// Package onnx loads models and runs them, with ONNX Runtime underneath.
//
//	lib, err := onnx.FindLibrary(exeDir, home)
//	err = onnx.Open(lib) // once per process
//	eng := onnx.NewEngine(onnx.EngineOptions{})
//	defer eng.Close()
//	m, err := onnx.LoadDir(ctx, "models/pith-multi", eng, onnx.Options{Verify: true})
//	defer m.Close()
//	stats, err := m.Run(ctx, windows, func(i int, out onnx.Output) { ... })
//
// A model is a folder: model.onnx, tokenizer.json and pith-model.json, which is
// read into a [Spec]. A [Model] gives, for each token of a window, two logits
// (drop, keep) and, if it has them, a vector. A [Causal] language model gives the
// negative log-likelihoods of those tokens of a sequence that it is asked about.
//
// One [Engine] serves all models of a process. On a CPU it runs one window at a
// time on each core, on one thread: measured, that is faster than padded batches
// and than several threads in one run, and a window's result then depends on
// that window alone, because int8 models quantise activations per tensor.
//
// The package neither tokenises nor cuts text into windows, and fetches nothing.
package onnx
