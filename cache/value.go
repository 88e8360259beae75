package cache

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
)

// What Redis keeps under a key, numbers big-endian:
//
//	2  "sc"
//	1  version, 1
//	1  flags
//	4  length of the plain value
//	4  length of the payload, to the end
//	8  until when it is kept, milliseconds since 1970; 0 is not said
//	16 of HMAC-SHA256 over name, all of the above and the plain value, unless sealed
//	   payload: the plain value, maybe packed by zstd, then maybe sealed by AES-256-GCM,
//	   which begins with its nonce. The name and all of the above are associated data.
const (
	magic      = "sc"
	version    = 1
	headerSize = 20
	checkSize  = 16

	flagPacked = 1 << 0
	flagSealed = 1 << 1

	packAbove = 1 << 10
)

// The longest values that go to Redis, in bytes before packing.
const (
	MaxValue  = 256 << 10 // of Put
	MaxRecord = 1 << 20   // of Claim and Extend
)

var (
	errFormat = errors.New("not a value") // damaged, cut short or of another version
	errCheck  = errors.New("not the value of this key")
)

// packer never writes a block that unpacker would refuse.
var packer = sync.OnceValue(func() *zstd.Encoder {
	e, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(MaxRecord),
		zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(2), zstd.WithLowerEncoderMem(true))
	return e
})

// unpacker writes no more than the room that it is given.
var unpacker = sync.OnceValue(func() *zstd.Decoder {
	d, _ := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(MaxRecord),
		zstd.WithDecoderMaxWindow(MaxRecord), zstd.WithDecoderConcurrency(0))
	return d
})

// encode returns what Redis is to keep under k. The value may have at most MaxRecord bytes.
func (s *secrets) encode(k Key, value []byte, until time.Time) []byte {
	payload, flags := value, byte(0)
	if len(value) > packAbove {
		if packed := packer().EncodeAll(value, nil); len(packed) < len(value) {
			payload, flags = packed, flagPacked
		}
	}
	extra := checkSize
	if s.seal != nil {
		flags |= flagSealed
		extra = s.seal.Overhead()
	}
	out := append(make([]byte, 0, headerSize+extra+len(payload)), magic...)
	out = append(out, version, flags)
	out = binary.BigEndian.AppendUint32(out, uint32(len(value)))
	if s.seal == nil {
		out = appendRest(out, len(payload), until)
		return append(append(out, s.digest(k, out, value)...), payload...)
	}
	out = appendRest(out, len(payload)+extra, until)
	return s.seal.Seal(out, nil, payload, associated(k, out))
}

func appendRest(out []byte, payload int, until time.Time) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(payload))
	ms := int64(0)
	if !until.IsZero() {
		ms = until.UnixMilli()
	}
	return binary.BigEndian.AppendUint64(out, uint64(ms))
}

func (s *secrets) digest(k Key, header, value []byte) []byte {
	mac := hmac.New(sha256.New, s.check)
	mac.Write(associated(k, header))
	mac.Write(value)
	return mac.Sum(nil)[:checkSize]
}

func associated(k Key, header []byte) []byte { return append([]byte(nameOf(k)), header...) }

// decode returns the value that b holds under k, which is not nil, and until when Redis
// keeps it, or errFormat or errCheck. A value that is not sealed where it should be is
// not accepted: anybody could have written that.
func (s *secrets) decode(k Key, b []byte) (value []byte, until time.Time, err error) {
	if len(b) < headerSize || string(b[:2]) != magic || b[2] != version {
		return nil, until, errFormat
	}
	header, payload, flags := b[:headerSize], b[headerSize:], b[3]
	size := int(binary.BigEndian.Uint32(b[4:]))
	if flags&^(flagPacked|flagSealed) != 0 || flags&flagSealed != 0 != (s.seal != nil) || size > MaxRecord {
		return nil, until, errFormat
	}
	var sum []byte
	if s.seal == nil {
		if len(payload) < checkSize {
			return nil, until, errFormat
		}
		sum, payload = payload[:checkSize], payload[checkSize:]
	}
	if len(payload) != int(binary.BigEndian.Uint32(b[8:])) {
		return nil, until, errFormat
	}
	if s.seal != nil {
		if payload, err = s.seal.Open(nil, nil, payload, associated(k, header)); err != nil {
			return nil, until, errCheck
		}
	}
	if value, err = unpack(payload, size, flags&flagPacked != 0); err != nil {
		return nil, until, err
	}
	if s.seal == nil && !hmac.Equal(sum, s.digest(k, header, value)) {
		return nil, until, errCheck
	}
	if ms := int64(binary.BigEndian.Uint64(b[12:])); ms > 0 {
		until = time.UnixMilli(ms)
	}
	return value, until, nil
}

// unpack returns size bytes, not nil, or errFormat.
func unpack(payload []byte, size int, packed bool) (value []byte, err error) {
	if value = payload; packed {
		value, err = unpacker().DecodeAll(payload, make([]byte, 0, size))
	}
	if err != nil || len(value) != size {
		return nil, errFormat
	}
	if value == nil {
		value = []byte{}
	}
	return value[:size:size], nil
}
