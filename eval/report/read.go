package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// MaxSize is the most bytes [Read] takes: ten times a report of all of LongBench.
const MaxSize = 1 << 30

// Read reads what [Report.WriteJSON] wrote. Members it does not know are passed over,
// so that a later pith may add some; another format version is an error, and so is a
// report that contradicts itself.
func Read(r io.Reader) (*Report, error) { return readUpTo(r, MaxSize) }

func readUpTo(r io.Reader, most int64) (*Report, error) {
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("read report: it is larger than %d bytes", most)
	}
	var head struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("read report: not the JSON of a report: %w", err)
	}
	switch {
	case head.Format == nil:
		return nil, fmt.Errorf("read report: no member \"format\": give the report.json of an evaluation")
	case *head.Format != Format:
		return nil, fmt.Errorf("read report: its format is %d, this version reads %d: run the evaluation again", *head.Format, Format)
	}
	out := new(Report)
	if err := json.Unmarshal(raw, out); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if err := out.validate(); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return out, nil
}

// WriteJSON writes the report with one element of each list on a line, so that a
// change shows as a diff. Equal reports give equal bytes. A value that is not finite
// is an error.
func (r *Report) WriteJSON(w io.Writer) error {
	if err := writeLines(w, r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func writeLines(w io.Writer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(breakLines(bytes.TrimSpace(buf.Bytes())))
	return err
}

// breakLines starts a line for each member of the outer object of compact JSON and for
// each element of the lists in it.
func breakLines(compact []byte) []byte {
	out := make([]byte, 0, len(compact)+len(compact)/64+2)
	depth, quoted := 0, false
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		if quoted {
			out = append(out, c)
			switch c {
			case '\\':
				i++
				out = append(out, compact[i])
			case '"':
				quoted = false
			}
			continue
		}
		switch c {
		case '{', '[':
			depth++
			out = append(out, c)
			if depth <= 2 && compact[i+1] != c+2 {
				out = append(out, '\n')
			}
		case '}', ']':
			if depth <= 2 && compact[i-1] != c-2 {
				out = append(out, '\n')
			}
			depth--
			out = append(out, c)
		case ',':
			out = append(out, c)
			if depth <= 2 {
				out = append(out, '\n')
			}
		default:
			quoted = c == '"'
			out = append(out, c)
		}
	}
	return append(out, '\n')
}
