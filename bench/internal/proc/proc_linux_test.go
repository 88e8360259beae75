package proc

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCPUGrows(t *testing.T) {
	before, err := CPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
	}
	after, err := CPU(os.Getpid())
	if err != nil || after <= before {
		t.Errorf("from %v to %v, %v", before, after, err)
	}
	if _, err := CPU(1 << 22); err == nil {
		t.Error("no process has this number")
	}
}

func TestMemory(t *testing.T) {
	m, err := MemoryOf(os.Getpid())
	if err != nil || m.Now < 1<<20 || m.Peak < m.Now {
		t.Errorf("%+v, %v", m, err)
	}
}

// A process started on one core runs there, and this one still on all of its own.
func TestOn(t *testing.T) {
	before := Cores()
	if len(before) < 2 {
		t.Skip("wants two cores")
	}
	last := before[len(before)-1:]
	err := On(last, func() error {
		if got := Cores(); !slices.Equal(got, last) {
			t.Errorf("on %v, want %v", got, last)
		}
		out, err := exec.Command("nproc").Output()
		if err == nil && strings.TrimSpace(string(out)) != "1" {
			t.Errorf("the process has %s cores", out)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := Cores(); !slices.Equal(got, before) {
		t.Errorf("left on %v, want %v", got, before)
	}
}
