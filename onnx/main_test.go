package onnx

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var testEngine = NewEngine(EngineOptions{})

func TestMain(m *testing.M) {
	if paths := os.Getenv(childEnv); paths != "" {
		openInChild(paths)
		os.Exit(0)
	}
	lib, err := testLibrary()
	if err == nil {
		err = Open(lib)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	before := goroutines()
	code := m.Run()
	testEngine.Close()
	if fuzzing := flag.Lookup("test.fuzz").Value.String() != ""; code == 0 && !fuzzing {
		code = checkLeak(before)
	}
	os.Exit(code)
}

// testLibrary looks where `make` puts the native parts of a checkout.
func testLibrary() (string, error) {
	if os.Getenv(LibraryEnv) != "" {
		return FindLibrary("", "")
	}
	for dir, _ := filepath.Abs("."); ; dir = filepath.Dir(dir) {
		if lib := libraryIn(filepath.Join(dir, ".native", "lib")); lib != "" {
			return lib, nil
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no runtime library: run `make` in the checkout, or set %s", LibraryEnv)
		}
	}
}

func goroutines() int { return runtime.NumGoroutine() }

// checkLeak fails if goroutines outlive the tests. They may take a moment.
func checkLeak(before int) int {
	for range 100 {
		if goroutines() <= before {
			return 0
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	fmt.Fprintf(os.Stderr, "%d goroutines leaked:\n%s\n", goroutines()-before, strings.TrimSpace(string(buf)))
	return 1
}

func loadTest(t testing.TB, dir string, o Options) *Model {
	t.Helper()
	m, err := LoadDir(t.Context(), dir, testEngine, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}
