package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/compressors/metatoken"
	"github.com/pith-proxy/pith/tokenize"
)

// maxLine is the most bytes of a line that the command reads.
const maxLine = 32 << 20

func metatokenCommand(p process) *cobra.Command {
	cmd := &cobra.Command{Use: "metatoken", Short: "Meta-tokens for models that were trained to read them", Args: exactly(cobra.NoArgs),
		Long: "Meta-tokens for models that were trained to read them. Lines of JSON come in and go out: {\"ids\": [...]}, or\n" +
			"{\"text\": \"...\"} with --tokenizer. The format file has the ids of the delimiters and of the meta-tokens:\n" +
			"  {\"open\": [5], \"close\": [6], \"first\": 32000, \"count\": 512}"}
	var f idFlags
	cmd.PersistentFlags().StringVar(&f.format, "format", "", "file with the format, JSON (required)")
	cmd.PersistentFlags().StringVar(&f.tokenizer, "tokenizer", "", "tokenizer.json of the model, for lines with a text")
	var seed uint64
	pairs := &cobra.Command{Use: "pairs", Short: "Make training pairs, with meta-tokens drawn at random", Args: exactly(cobra.NoArgs),
		Example: `  pith metatoken pairs --format format.json --tokenizer tokenizer.json --seed 1 < texts.jsonl > pairs.jsonl`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.with(func(format *metatoken.IDFormat, read func(line []byte) ([]int32, error)) error {
				ids := asIDs(p.stdin, read)
				defer ids.Close()
				return usage(format.WritePairs(p.stdout, ids, seed))
			})
		}}
	pairs.Flags().Uint64Var(&seed, "seed", 0, "the same seed gives the same pairs")
	encode := &cobra.Command{Use: "encode", Short: "Compress token ids", Args: exactly(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.each(p, func(format *metatoken.IDFormat, ids []int32) (any, error) {
				out, changed := format.Encode(ids)
				if !changed {
					out = ids
				}
				return encodedIDs{IDs: orNoIDs(out), Changed: &changed}, nil
			})
		}}
	decode := &cobra.Command{Use: "decode", Short: "Restore token ids that encode changed", Args: exactly(cobra.NoArgs),
		Long: "Restore token ids that encode changed. Lines it did not change, which say so, must not be given.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.each(p, func(format *metatoken.IDFormat, ids []int32) (any, error) {
				out, err := format.Decode(ids, maxLine)
				return encodedIDs{IDs: orNoIDs(out)}, err
			})
		}}
	cmd.AddCommand(pairs, encode, decode)
	return cmd
}

// encodedIDs is a line of output.
type encodedIDs struct {
	IDs     []int32 `json:"ids"`
	Changed *bool   `json:"changed,omitempty"` // only of encode
}

func orNoIDs(ids []int32) []int32 {
	if ids == nil {
		return []int32{}
	}
	return ids
}

// usage makes an error the caller's: all of these are about the input.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

type idFlags struct{ format, tokenizer string }

// with opens what the flags name and calls f with it.
func (f *idFlags) with(run func(*metatoken.IDFormat, func([]byte) ([]int32, error)) error) error {
	if f.format == "" {
		return usageError{errors.New("--format is missing: the file that says which ids are meta-tokens")}
	}
	raw, err := os.ReadFile(f.format)
	if err != nil {
		return usageError{err}
	}
	var format metatoken.IDFormat
	if err := json.Unmarshal(raw, &format); err != nil {
		return usageError{fmt.Errorf("%s: %w", f.format, err)}
	}
	if err := format.Validate(); err != nil {
		return usageError{fmt.Errorf("%s: %w", f.format, err)}
	}
	var enc *tokenize.Encoder
	if f.tokenizer != "" {
		raw, err := os.ReadFile(f.tokenizer)
		if err != nil {
			return usageError{err}
		}
		if enc, err = tokenize.NewEncoder(raw); err != nil {
			return usageError{fmt.Errorf("%s: %w", f.tokenizer, err)}
		}
		defer enc.Close()
	}
	return run(&format, func(line []byte) ([]int32, error) { return readLine(line, enc) })
}

// each hands the ids of each line to do, and writes what that returns as a line.
func (f *idFlags) each(p process, do func(*metatoken.IDFormat, []int32) (any, error)) error {
	return f.with(func(format *metatoken.IDFormat, read func([]byte) ([]int32, error)) error {
		out := json.NewEncoder(p.stdout)
		return eachLine(p.stdin, func(line []byte) error {
			ids, err := read(line)
			if err != nil {
				return err
			}
			v, err := do(format, ids)
			if err != nil {
				return err
			}
			return out.Encode(v)
		})
	})
}

// eachLine calls f with each line that is not empty. Its errors name the line.
func eachLine(r io.Reader, f func(line []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := f(lines.Bytes()); err != nil {
			return usageError{fmt.Errorf("line %d: %w", n, err)}
		}
	}
	if err := lines.Err(); err != nil {
		return usageError{fmt.Errorf("line %d: %w", n+1, err)}
	}
	return nil
}

// readLine returns the ids of a line, or those of its text.
func readLine(line []byte, enc *tokenize.Encoder) ([]int32, error) {
	var v struct {
		IDs  []*int32 `json:"ids"`
		Text *string  `json:"text"`
	}
	if err := json.Unmarshal(line, &v); err != nil { // which may quote the line
		return nil, errors.New(`want an object with "ids", a list of whole numbers, or "text"`)
	}
	switch {
	case v.IDs != nil:
		ids := make([]int32, len(v.IDs))
		for i, id := range v.IDs {
			if id == nil {
				return nil, fmt.Errorf("ids[%d] is no number", i)
			}
			ids[i] = *id
		}
		return ids, nil
	case v.Text == nil:
		return nil, errors.New(`want an object with "ids" or "text"`)
	case enc == nil:
		return nil, errors.New("a text wants --tokenizer")
	}
	tokens, err := enc.Encode(*v.Text)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(tokens))
	for i, t := range tokens {
		ids[i] = int32(t.ID)
	}
	return ids, nil
}

// asIDs is r with the lines as ids, at the same numbers.
func asIDs(r io.Reader, read func([]byte) ([]int32, error)) io.ReadCloser {
	pr, pw := io.Pipe()
	go func() {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxLine)
		out := json.NewEncoder(pw)
		for lines.Scan() {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				_, _ = pw.Write([]byte("\n"))
				continue
			}
			ids, err := read(lines.Bytes())
			if err == nil {
				err = out.Encode(encodedIDs{IDs: orNoIDs(ids)})
			}
			if err != nil {
				pw.CloseWithError(err)
				return
			}
		}
		pw.CloseWithError(lines.Err())
	}()
	return pr
}
