package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFindLibrary(t *testing.T) {
	root := t.TempDir()
	exe, home := filepath.Join(root, "app", "bin"), filepath.Join(root, "home")
	name := libraryName()
	// In the order of search; each is removed before the next is looked for.
	places := []string{
		filepath.Join(exe, "lib", name),
		filepath.Join(exe, name),
		filepath.Join(root, "app", "lib", name),
		filepath.Join(home, "lib", name),
	}
	for _, p := range places {
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, p, nil)
	}
	t.Setenv(LibraryEnv, places[3])
	if got, err := FindLibrary(exe, home); err != nil || got != places[3] {
		t.Errorf("with %s: got %q, %v", LibraryEnv, got, err)
	}
	t.Setenv(LibraryEnv, filepath.Dir(places[3])) // a folder will do
	if got, err := FindLibrary(exe, home); err != nil || got != places[3] {
		t.Errorf("with %s a folder: got %q, %v", LibraryEnv, got, err)
	}
	t.Setenv(LibraryEnv, filepath.Join(root, "none"))
	if got, err := FindLibrary(exe, home); err == nil || !strings.Contains(err.Error(), LibraryEnv) {
		t.Errorf("with %s naming nothing: got %q, %v", LibraryEnv, got, err)
	}
	t.Setenv(LibraryEnv, "")
	for _, want := range places {
		if got, err := FindLibrary(exe, home); err != nil || got != filepath.Clean(want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
		os.Remove(want)
	}
	_, err := FindLibrary(exe, home)
	if !errors.Is(err, ErrNoLibrary) || !strings.Contains(err.Error(), LibraryEnv) || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v, want ErrNoLibrary and what to do", err)
	}
	if runtime.GOOS == "linux" {
		versioned := filepath.Join(exe, "lib", name+".1.32.0")
		writeFile(t, versioned, nil)
		if got, err := FindLibrary(exe, home); err != nil || got != versioned {
			t.Errorf("got %q, %v; want %q", got, err, versioned)
		}
	}
}

func TestOpenAgain(t *testing.T) {
	if err := Open(opened.path); err != nil {
		t.Errorf("the same library: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link.so")
	if err := os.Symlink(opened.path, link); err != nil {
		t.Skip(err)
	}
	if err := Open(link); err != nil {
		t.Errorf("the same library by another name: %v", err)
	}
	other := filepath.Join(t.TempDir(), "other.so")
	writeFile(t, other, []byte("x"))
	if err := Open(other); err == nil || !strings.Contains(err.Error(), "already uses") {
		t.Errorf("another library: %v", err)
	}
}

// openInChild is what TestMain does in a process started by TestOpenErrors: it
// opens libraries in turn and prints the errors.
func openInChild(paths string) {
	for _, path := range filepath.SplitList(paths) {
		fmt.Println(strings.ReplaceAll(fmt.Sprint(Open(path)), "\n", " "))
	}
}

const childEnv = "PITH_TEST_OPEN"

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.so")
	writeFile(t, text, []byte("not a library"))
	paths := []string{filepath.Join(dir, "none.so"), text}
	want := []string{"no such file", "open runtime library"}
	if libm, _ := filepath.Glob("/lib/*/libm.so.6"); len(libm) > 0 {
		paths, want = append(paths, libm[0]), append(want, "not ONNX Runtime")
	}
	// A failure does not spoil the next attempt.
	paths, want = append(paths, opened.path, opened.path), append(want, "<nil>", "<nil>")

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(paths, string(os.PathListSeparator)))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		t.Log(got[i])
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("%s: got %q, want %q in it", paths[i], got[i], want[i])
		}
	}
}

func TestLibraryForAnotherProcessor(t *testing.T) {
	machine := uint16(183) // EM_AARCH64
	if runtime.GOARCH == "arm64" {
		machine = 62 // EM_X86_64
	}
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01\x01")
	for at, v := range map[int]uint16{16: 3, 18: machine, 20: 1, 52: 64, 54: 56, 58: 64} {
		binary.LittleEndian.PutUint16(head[at:], v)
	}
	path := filepath.Join(t.TempDir(), "lib.so")
	writeFile(t, path, head)
	err := checkArch(path)
	if err == nil || !strings.Contains(err.Error(), "this program for "+runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("got %v", err)
	}
	if err := checkArch(opened.path); err != nil {
		t.Errorf("the library in use: %v", err)
	}
	if err := checkArch(path + "-none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
