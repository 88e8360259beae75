package server

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine describes where the figures come from, in one line.
func Machine() string {
	line := fmt.Sprintf("%d cores, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if name := field("/proc/cpuinfo", "model name"); name != "" {
		flags := " " + field("/proc/cpuinfo", "flags") + " "
		for _, f := range []string{"avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8"} {
			if strings.Contains(flags, " "+f+" ") {
				name += " " + f
			}
		}
		line = name + ", " + line
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		line += ", load average " + strings.Join(strings.Fields(string(load))[:3], " ")
	}
	return line
}

// PeakRSS is the most memory that the server held at once, in bytes. It is known
// on Linux only.
func (s *Server) PeakRSS() (int64, error) {
	var kib int64
	v := field(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid), "VmHWM")
	if _, err := fmt.Sscanf(v, "%d kB", &kib); err != nil {
		return 0, errors.New("this system does not tell a process's peak memory")
	}
	return kib << 10, nil
}

// field returns the first value of a key in a file of "key: value" lines, "" if
// there is none.
func field(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		k, v, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
