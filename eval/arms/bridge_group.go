package arms

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup has a command run in a process group of its own, which is killed as one when
// the command's context ends: what it has started would otherwise go on, and a Ctrl-C of
// the terminal would reach it before this program has decided anything.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
}

// killGroup kills the group that the process pid leads. It may be called right after that
// was waited for: the group keeps its number while anything is left of it, and a system
// does not soon give out a number again that has become free.
func killGroup(pid int) error {
	if pid <= 1 {
		return os.ErrProcessDone // -1 is every process
	}
	err := syscall.Kill(-pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.EPERM) {
		return os.ErrProcessDone // EPERM is what some systems say of zombies
	}
	return err
}
