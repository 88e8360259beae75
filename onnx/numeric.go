package onnx

import (
	"fmt"
	"runtime"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
	cpuid "golang.org/x/sys/cpu"
)

// Numeric says how the model's numbers come about: the runtime's version, where it runs,
// and which of a processor's instructions its kernels choose by. Equal models give equal
// outputs where it is equal, and may differ in the last digits, with int8 weights in
// more than those, where it is not. Off the CPU it says less: there, outputs also depend
// on the device and on what was computed beside them.
func (c *core) Numeric() string { return Numerics(c.opts) }

// Numerics is [Model.Numeric] of models that are loaded with the options.
func Numerics(o Options) string {
	if !o.onCPU() {
		return fmt.Sprintf("%s %s batch=%d %v", ort.GetVersion(), strings.ToLower(o.Provider), o.MaxBatch, o.ProviderOptions)
	}
	return fmt.Sprintf("%s cpu %s", ort.GetVersion(), instructions())
}

// instructions names the processor's abilities that matrix kernels are chosen by.
func instructions() string {
	names := []string{runtime.GOARCH}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"fma", cpuid.X86.HasFMA}, {"avx2", cpuid.X86.HasAVX2}, {"avxvnni", cpuid.X86.HasAVXVNNI},
		{"avxvnniint8", cpuid.X86.HasAVXVNNIInt8}, {"avx512", cpuid.X86.HasAVX512BW && cpuid.X86.HasAVX512VL},
		{"avx512vnni", cpuid.X86.HasAVX512VNNI}, {"amx", cpuid.X86.HasAMXInt8},
		{"dotprod", cpuid.ARM64.HasASIMDDP}, {"i8mm", cpuid.ARM64.HasI8MM}, {"sve", cpuid.ARM64.HasSVE},
		{"fp16", cpuid.ARM64.HasASIMDHP},
	} {
		if f.has {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, "+")
}
