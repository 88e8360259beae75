package openloop

import (
	"syscall"
	"time"
)

// nap sleeps, to within some 50 µs. A timer of the runtime's can be a millisecond late,
// which is how finely it waits for the network at the same time.
func nap(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&ts, nil) // a signal may end it early: who naps looks at the clock
}
