//go:build !linux

package openloop

import "time"

func nap(d time.Duration) { time.Sleep(d) }
