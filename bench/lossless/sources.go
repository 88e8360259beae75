package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// logs measures the samples of 2,000 lines that loghub has of sixteen systems.
func (b *bench) logs(dir string) error {
	if dir == "" {
		fmt.Println("\nNo loghub: -logs was not given.")
		return nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*_2k.log"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no *_2k.log below %s: it is no copy of loghub", dir)
	}
	var sources []source
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		sources = append(sources, source{strings.TrimSuffix(filepath.Base(f), "_2k.log"), string(raw)})
	}
	return b.kinds("Logs of loghub, 2,000 lines each", sources)
}

// commands are programs whose output people hand to models, with what they print.
var commands = []struct{ name, line string }{
	{"ls -lR", "ls -lR /usr/share | head -3000"},
	{"ps aux", "ps aux"},
	{"df", "df -h"},
	{"find", "find /usr/lib/python3* /usr/share -type f | head -3000"},
	{"git ls-files", "git ls-files"},
	{"git log", "git log -100"},
	{"git log --stat", "git log --stat -60"},
	{"grep -rn", `grep -rn "func " --include=*.go . | head -2000`},
	{"grep -rn -C2", `grep -rn -C2 "panic(" --include=*.go . | head -1500`},
	{"go test -v", "go test -v ./compressors/structure/... ./service/proxy/policy/... 2>&1"},
	{"go doc", "go doc -all strings"},
	{"go vet of broken code", "cd $(mktemp -d) && printf 'module m\\n' > go.mod && for i in $(seq 60); do printf 'package m\\n\\nfunc f%d() int {\\n\\tx := y%d\\n\\tvar z string = %d\\n}\\n' $i $i $i > f$i.go; done && go build -gcflags=-e ./... 2>&1 || true"},
	{"python tracebacks", `python3 -c "
import traceback
def g(n):
    return h(n - 1) if n else 1 / 0
def h(n):
    return g(n)
for i in range(12):
    print('worker', i, 'took job', i * 37)
    try:
        g(8)
    except ZeroDivisionError:
        traceback.print_exc(file=__import__('sys').stdout)
"`},
	{"pip list", "python3 -m pip list 2>/dev/null"},
	{"dpkg -l", "dpkg -l | head -600"},
	{"kubectl --help", "kubectl create --help; kubectl get --help"},
	{"man page, overstruck", "MANPAGER=cat MAN_KEEP_FORMATTING=1 man bash 2>/dev/null | head -2000"},
	{"Markdown of this project", "cat docs/*.md README.md CHANGELOG.md"},
	{"Go code of this project", "cat compressors/segment/*.go"},
	{"YAML of the API contract", "cat openapi.yaml"},
}

// documents are programs that print JSON.
var documents = []struct{ name, line string }{
	{"go list -json", "go list -json ./compressors/... ./service/..."},
	{"go test -json", "go test -json ./compressors/structure/... ./service/proxy/policy/... 2>/dev/null"},
	{"go mod edit -json", "go mod edit -json"},
	{"cargo metadata", "cargo metadata --format-version 1 --no-deps --offline --manifest-path $(go list -m -f '{{.Dir}}' github.com/daulet/tokenizers)/crates/tokenizers/Cargo.toml 2>/dev/null"},
	{"pip inspect", "python3 -m pip inspect 2>/dev/null"},
	{"npm ls --json", "cd .venv/clients-node 2>/dev/null && npm ls --json --all --silent"},
	{"package-lock.json", "cat .venv/clients-node/package-lock.json .venv/clients-node/*/package-lock.json 2>/dev/null | head -c 400000"},
	{"kubectl version", "kubectl version --client -o json"},
	{"lsblk", "lsblk -J -O"},
	{"ip addr", "ip -j -p addr"},
}

// output measures what programs print.
func (b *bench) output() error {
	sources, missing := outputs(commands)
	err := b.kinds("Output of programs", sources)
	tellMissing(missing)
	return err
}

func tellMissing(names []string) {
	if len(names) > 0 {
		fmt.Printf("\nNot here, or nothing to print: %s.\n", strings.Join(names, ", "))
	}
}

// outputs runs programs. Those that print little are left out.
func outputs(list []struct{ name, line string }) (sources []source, missing []string) {
	for _, c := range list {
		cmd := exec.Command("bash", "-c", c.line)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "COLUMNS=120", "GOFLAGS=-count=1")
		cmd.WaitDelay = time.Minute
		out, _ := cmd.Output() // many end with a status of their own
		if len(out) < 400 {
			missing = append(missing, c.name)
			continue
		}
		sources = append(sources, source{c.name, string(out)})
	}
	slices.SortStableFunc(sources, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return sources, missing
}
