package proc

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// CPU is the processor time that a process and its threads have used. The clock counts
// nanoseconds, where /proc/PID/stat counts hundredths of a second.
func CPU(pid int) (time.Duration, error) {
	var ts syscall.Timespec
	clock := ^pid<<3 | 2 // clock_getcpuclockid(3)
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, e)
	}
	return time.Duration(ts.Nano()), nil
}

// MemoryOf reads the memory of a process.
func MemoryOf(pid int) (m Memory, err error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib int64
		key, value, _ := strings.Cut(lines.Text(), ":")
		_, _ = fmt.Sscanf(value, "%d kB", &kib)
		switch key {
		case "VmRSS":
			m.Now = kib << 10
		case "VmHWM":
			m.Peak = kib << 10
		}
	}
	if m.Peak == 0 {
		return m, ErrUnknown
	}
	return m, nil
}

// ForgetPeak sets the peak of a process to what it holds now.
func ForgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// cores is a set, as the system calls want it.
type cores [1024 / 64]uint64

func setOf(list []int) *cores {
	var c cores
	for _, i := range list {
		c[i/64] |= 1 << (i % 64)
	}
	return &c
}

// affinity gets or sets the cores of one thread; 0 is the calling one.
func affinity(call uintptr, thread int, c *cores) error {
	if _, _, e := syscall.RawSyscall(call, uintptr(thread), unsafe.Sizeof(*c), uintptr(unsafe.Pointer(c))); e != 0 {
		return os.NewSyscallError("affinity", e)
	}
	return nil
}

// Cores lists the cores that this thread may run on.
func Cores() []int {
	var c cores
	if affinity(syscall.SYS_SCHED_GETAFFINITY, 0, &c) != nil {
		return nil
	}
	var list []int
	for i := range 64 * len(c) {
		if c[i/64]&(1<<(i%64)) != 0 {
			list = append(list, i)
		}
	}
	return list
}

// On runs f, and what processes it starts run on the given cores from their first
// instruction on, as under taskset(1): a process has the cores of the thread that made
// it. No cores is no change.
func On(list []int, f func() error) (err error) {
	if len(list) == 0 {
		return f()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before cores
	if err := affinity(syscall.SYS_SCHED_GETAFFINITY, 0, &before); err != nil {
		return err
	}
	if err := affinity(syscall.SYS_SCHED_SETAFFINITY, 0, setOf(list)); err != nil {
		return err
	}
	defer func() {
		if e := affinity(syscall.SYS_SCHED_SETAFFINITY, 0, &before); err == nil {
			err = e
		}
	}()
	return f()
}

// Confine moves this process to the given cores. Threads made later have the cores of
// the thread that made them, and there may be such between two looks.
func Confine(list []int) error {
	if len(list) == 0 {
		return nil
	}
	runtime.GOMAXPROCS(max(2, len(list))) // one alone would keep answers waiting while it waits for a time
	for range 3 {
		threads, err := filepath.Glob("/proc/self/task/*")
		if err != nil {
			return err
		}
		for _, t := range threads {
			id, err := strconv.Atoi(filepath.Base(t))
			if err != nil {
				return err
			}
			if err := affinity(syscall.SYS_SCHED_SETAFFINITY, id, setOf(list)); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}
