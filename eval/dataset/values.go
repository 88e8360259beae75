package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxValue is the most bytes of one item. The longest of LongBench v2 has a sixteenth.
const maxValue = 64 << 20

var errTooLong = errors.New("too long for one item")

func tooLong(limit int) error {
	return fmt.Errorf("%w, which may have %d MiB", errTooLong, limit>>20)
}

// eachValue hands on the JSON values of r in order: the lines of JSONL that are not blank,
// the elements of an array, or a single value over several lines. place says where a value
// is, for errors: "line 7", "item 7". raw is valid during the call only. A byte order mark
// is skipped. A value may have limit bytes. The error of each ends the reading; like all
// others it has the place. A value that is not UTF-8 is an error, for a decoder would put
// other characters into it without a word.
func eachValue(r io.Reader, limit int, each func(place string, raw []byte) error) error {
	return eachRaw(r, limit, func(place string, raw []byte) error {
		if !utf8.Valid(raw) {
			return errors.New("it is not UTF-8; save the file as UTF-8")
		}
		return each(place, raw)
	})
}

func eachRaw(r io.Reader, limit int, each func(place string, raw []byte) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	switch mark, _ := br.Peek(3); {
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		_, _ = br.Discard(3)
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		return errors.New("it is UTF-16; save it as UTF-8")
	}
	line := 1
	for {
		c, err := br.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		switch c {
		case '\n':
			line++
		case ' ', '\t', '\r':
		case '[':
			_ = br.UnreadByte()
			return eachElement(br, limit, each)
		default:
			_ = br.UnreadByte()
			return eachLine(br, line, limit, each)
		}
	}
}

// eachElement reads an array. It holds one element at a time.
func eachElement(r io.Reader, limit int, each func(string, []byte) error) error {
	limited := &io.LimitedReader{R: r, N: int64(limit)}
	d := json.NewDecoder(limited)
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("item 1: %w", notJSON(err))
	}
	for n := 1; ; n++ {
		place := fmt.Sprintf("item %d", n)
		limited.N = int64(limit) // the decoder reads ahead by less than an item
		if !d.More() {
			break
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			if limited.N == 0 {
				err = tooLong(limit)
			}
			return fmt.Errorf("%s: %w", place, notJSON(err))
		}
		if err := each(place, raw); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("after the last item: %w", notJSON(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is something after the array")
	}
	return nil
}

// eachLine reads JSONL whose next line has the number n, or one value over several lines.
func eachLine(br *bufio.Reader, n, limit int, each func(string, []byte) error) error {
	first := n
	var buf []byte
	for ; ; n++ {
		place := fmt.Sprintf("line %d", n)
		line, err := readLine(br, buf[:0], limit)
		buf = line
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", place, err)
		}
		end := err == io.EOF
		if n == first && !json.Valid(line) {
			return wholeValue(br, line, place, limit, each)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := each(place, line); err != nil {
				return fmt.Errorf("%s: %w", place, err)
			}
		}
		if end {
			return nil
		}
	}
}

// readLine appends the next line to buf. At the end of the text the error is [io.EOF],
// also if there is a line.
func readLine(br *bufio.Reader, buf []byte, limit int) ([]byte, error) {
	for {
		part, err := br.ReadSlice('\n')
		buf = append(buf, part...)
		if len(buf) > limit {
			return buf, tooLong(limit)
		}
		if err != bufio.ErrBufferFull {
			return buf, err
		}
	}
}

// wholeValue takes the rest of r as one value that begins with the line given.
func wholeValue(r io.Reader, line []byte, place string, limit int, each func(string, []byte) error) error {
	var broken json.RawMessage
	inLine := json.Unmarshal(line, &broken)
	rest, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	all := append(line, rest...)
	if len(all) > limit {
		return fmt.Errorf("%s: %w", place, tooLong(limit))
	}
	if !json.Valid(all) {
		return fmt.Errorf("%s: %w", place, notJSON(inLine))
	}
	if err := each(place, all); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	return nil
}

// loneSurrogate reports whether JSON has an escape of half a character: one of \ud800 to
// \udfff that is not a pair of both. Decoders put U+FFFD there.
func loneSurrogate(raw []byte) bool {
	for at := bytes.IndexByte(raw, '\\'); at >= 0 && at+1 < len(raw); {
		r := escaped(raw[at:])
		next := at + 2
		if utf16.IsSurrogate(r) {
			next = at + 6
			if utf16.DecodeRune(r, escaped(raw[next:])) == unicode.ReplacementChar {
				return true
			}
			next += 6
		}
		rest := bytes.IndexByte(raw[next:], '\\')
		if rest < 0 {
			return false
		}
		at = next + rest
	}
	return false
}

// escaped returns what \uXXXX at the beginning of raw stands for, 0 for anything else.
func escaped(raw []byte) rune {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// notJSON says in plain words what is wrong with a text that a decoder gave up on. It
// never quotes more than a character.
func notJSON(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("the file ends within a value: it is cut off")
	}
	return err
}

// decode reads an object's members into v, which has the members that are wanted.
func decode(raw []byte, v any) error {
	err := json.Unmarshal(raw, v)
	var typ *json.UnmarshalTypeError
	if !errors.As(err, &typ) {
		return notJSON(err)
	}
	if typ.Field == "" {
		return errors.New("not a JSON object")
	}
	kind, _, _ := strings.Cut(typ.Value, " ") // of "number 5" the first word
	return fmt.Errorf("member %s has the wrong type, %s", typ.Field, kind)
}

// A member is one that an object must have.
type member struct {
	name string
	has  bool
}

// require reports the members that are missing, all at once.
func require(members ...member) error {
	var missing []string
	for _, m := range members {
		if !m.has {
			missing = append(missing, m.name)
		}
	}
	switch len(missing) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("member %s is missing", missing[0])
	}
	return fmt.Errorf("members %s are missing", strings.Join(missing, ", "))
}

// texts is a string or an array of strings.
type texts []string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *texts) UnmarshalJSON(raw []byte) error {
	*t = nil
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var many []json.RawMessage
	if json.Unmarshal(raw, &many) != nil {
		many = []json.RawMessage{raw}
	}
	*t = texts{}
	for _, one := range many {
		s, ok := textOf(one)
		if !ok {
			return errors.New("context, answers, answer and classes must each be a string, a number, or an array of such")
		}
		*t = append(*t, s)
	}
	return nil
}

// textOf returns a string, or a number as it is written.
func textOf(raw json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(raw, &s) == nil {
		if s == nil {
			return "", false
		}
		return *s, true
	}
	var n json.Number
	if json.Unmarshal(raw, &n) != nil {
		return "", false
	}
	return n.String(), true
}
