package pith

import (
	"context"
	"time"
)

// Key names a value in a [Memory]. Nobody can tell from it what it was made from, nor
// whether two callers made it from the same.
type Key [20]byte

// A Memory keeps values for one caller over requests. Values never change: whoever
// finds one gets the very bytes that computing it again would give. Implementations
// are safe for concurrent use.
type Memory interface {
	// Key returns the key of a tuple of fields, whose borders count, among the values
	// of one kind.
	Key(kind string, fields ...[]byte) Key

	// Get returns the values of keys, in their order, nil for those it does not have.
	// It has no errors: what cannot be read in good time is not there. Values must not
	// be changed.
	Get(ctx context.Context, keys []Key) [][]byte

	// Put keeps a value, which must not be changed any more, for a while.
	Put(k Key, value []byte)
}

// ReadOnly is a memory that keeps nothing new.
type ReadOnly struct{ Memory }

// Put implements [Memory].
func (ReadOnly) Put(Key, []byte) {}

// A Shared memory is one that other processes have, too, and can agree through.
type Shared interface {
	Memory

	// Read is Get without what this process holds itself.
	Read(ctx context.Context, keys []Key) [][]byte

	// Claim writes records that nobody has written before, and returns for each the
	// value that now stands: its own or an earlier one; nil where that could not be
	// found out, in which case the record is written later, if still nobody has.
	Claim(ctx context.Context, records []Record) [][]byte

	// Extend makes records last for their time from now on. It does not wait for it.
	Extend(records []Record)
}

// MaxRecord is the most bytes of a record's value.
const MaxRecord = 1 << 20

// Record is a value that lasts for a time.
type Record struct {
	Key   Key
	Value []byte
	TTL   time.Duration
}
