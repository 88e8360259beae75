package onnx

import (
	"debug/elf"
	"debug/macho"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// LibraryEnv names the environment variable with the path of the runtime library.
const LibraryEnv = "PITH_ORT_LIBRARY"

// ErrNoLibrary says that the runtime library is in none of the places searched.
var ErrNoLibrary = errors.New("ONNX Runtime library not found")

// FindLibrary returns the path of the ONNX Runtime shared library. It looks in
// exeDir/lib, exeDir and exeDir/../lib, then in home/lib; "" skips a place. The
// environment variable [LibraryEnv] overrides them all.
func FindLibrary(exeDir, home string) (string, error) {
	if path := os.Getenv(LibraryEnv); path != "" {
		info, err := os.Stat(path)
		if err != nil {
			return "", fmt.Errorf("%s names the runtime library: %w", LibraryEnv, err)
		}
		if !info.IsDir() {
			return path, nil
		}
		if lib := libraryIn(path); lib != "" {
			return lib, nil
		}
		return "", fmt.Errorf("%s=%s: %w: no %s in that folder", LibraryEnv, path, ErrNoLibrary, libraryName())
	}
	var dirs []string
	if exeDir != "" {
		dirs = append(dirs, filepath.Join(exeDir, "lib"), exeDir, filepath.Join(exeDir, "..", "lib"))
	}
	if home != "" {
		dirs = append(dirs, filepath.Join(home, "lib"))
	}
	for _, dir := range dirs {
		if lib := libraryIn(dir); lib != "" {
			return lib, nil
		}
	}
	return "", fmt.Errorf("%w: put %s beside the program or in one of %s, or set %s to its path; in a checkout, `make build` fetches it",
		ErrNoLibrary, libraryName(), strings.Join(dirs, ", "), LibraryEnv)
}

func libraryName() string {
	switch runtime.GOOS {
	case "darwin":
		return "libonnxruntime.dylib"
	case "windows":
		return "onnxruntime.dll"
	}
	return "libonnxruntime.so"
}

// libraryIn returns the library's path in dir, "" if it is not there. Release
// archives name the file with its version too: libonnxruntime.so.1.32.0.
func libraryIn(dir string) string {
	name := libraryName()
	versioned := name + ".[0-9]*"
	if stem, ok := strings.CutSuffix(name, ".dylib"); ok {
		versioned = stem + ".[0-9]*.dylib"
	}
	found, _ := filepath.Glob(filepath.Join(globEscape(dir), versioned))
	slices.Sort(found)
	for _, path := range append([]string{filepath.Join(dir, name)}, found...) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

var globEscape = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace

var opened struct {
	sync.Mutex
	path string
}

// Open loads the runtime library. A process has one: opening it again does
// nothing, opening another is an error. After a failure it may be tried again.
func Open(library string) error {
	opened.Lock()
	defer opened.Unlock()
	if opened.path != "" {
		if sameFile(opened.path, library) {
			return nil
		}
		return fmt.Errorf("open runtime library %s: this process already uses %s", library, opened.path)
	}
	if err := checkArch(library); err != nil {
		return fmt.Errorf("open runtime library %s: %w", library, err)
	}
	ort.SetSharedLibraryPath(library)
	// The runtime logs to stderr past every logger. All it would say there also
	// comes back as an error, so only what kills the process is left on.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("open runtime library %s: %w", library, explainOpen(err))
	}
	_ = ort.DisableTelemetry() // builds without telemetry refuse, which is as good
	opened.path = library
	return nil
}

// Version returns the version of the runtime library, "" before [Open].
func Version() string {
	opened.Lock()
	defer opened.Unlock()
	if opened.path == "" {
		return ""
	}
	return ort.GetVersion()
}

func sameFile(a, b string) bool {
	ia, err := os.Stat(a)
	if err != nil {
		return a == b
	}
	ib, err := os.Stat(b)
	return err == nil && os.SameFile(ia, ib)
}

func explainOpen(err error) error {
	msg := err.Error()
	switch {
	case strings.Contains(msg, "ld-linux"), strings.Contains(msg, "GLIBC"):
		return fmt.Errorf("the library needs a newer glibc than this system has (Alpine has none): %w", err)
	case strings.Contains(msg, "API base"):
		return fmt.Errorf("the library is older than ONNX Runtime 1.24; use a newer one: %w", err)
	case strings.Contains(msg, "OrtGetApiBase"):
		return fmt.Errorf("the file is some other library, not ONNX Runtime: %w", err)
	}
	return err
}

// checkArch catches a library for another processor before the loader does: its
// message ("cannot open shared object file") sends people looking elsewhere.
func checkArch(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var got string
	if lib, err := elf.NewFile(f); err == nil {
		got = map[elf.Machine]string{elf.EM_X86_64: "linux/amd64", elf.EM_AARCH64: "linux/arm64"}[lib.Machine]
		if got == "" {
			got = "linux/" + lib.Machine.String()
		}
	} else if lib, err := macho.NewFile(f); err == nil {
		got = map[macho.Cpu]string{macho.CpuAmd64: "darwin/amd64", macho.CpuArm64: "darwin/arm64"}[lib.Cpu]
	}
	want := runtime.GOOS + "/" + runtime.GOARCH
	if got != "" && got != want {
		return fmt.Errorf("it is built for %s, this program for %s; use the library for %s", got, want, want)
	}
	return nil
}
