// Package proc reads what the system knows of another process, and says on which cores
// processes run. On systems other than Linux nothing is known, and they run anywhere.
package proc

import "errors"

// ErrUnknown says that this system does not tell.
var ErrUnknown = errors.New("known on Linux only")

// Memory is what a process holds, in bytes.
type Memory struct{ Now, Peak int64 }
