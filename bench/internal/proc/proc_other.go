//go:build !linux

package proc

import "time"

// CPU is known on Linux only.
func CPU(int) (time.Duration, error) { return 0, ErrUnknown }

// MemoryOf is known on Linux only.
func MemoryOf(int) (Memory, error) { return Memory{}, ErrUnknown }

// ForgetPeak works on Linux only.
func ForgetPeak(int) error { return ErrUnknown }

// Cores are known on Linux only.
func Cores() []int { return nil }

// On runs f.
func On(_ []int, f func() error) error { return f() }

// Confine changes nothing.
func Confine([]int) error { return nil }
