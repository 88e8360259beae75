package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/lossless"
)

// decodeJSON is what restores a text, as the API and the command line write it.
type decodeJSON struct {
	Scheme string `json:"scheme"`
	Params string `json:"params"`
}

func decompressCommand(p process) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "decompress [FILE|-]",
		Short: "Restore a text that a lossless method changed",
		Long: "Restore a text that a lossless method changed, byte for byte. Without --decode, the input is what\n" +
			"`pith compress --json` printed, or a result of the API.",
		Example: `  pith compress -m lossless --decode build.pith build.log > small.log
  pith decompress --decode build.pith small.log > build.log
  pith compress -m structure --json data.json | pith decompress`,
		Args: exactly(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readInput(p, args)
			if err != nil {
				return err
			}
			d, err := readDecode(file, &text)
			if err != nil {
				return err
			}
			if d == nil { // nothing to undo
				_, err = io.WriteString(p.stdout, text)
				return err
			}
			source, err := lossless.Decode(text, pith.Decode{Scheme: d.Scheme, Params: d.Params})
			if err != nil {
				return err
			}
			_, err = io.WriteString(p.stdout, source)
			return err
		},
	}
	cmd.Flags().StringVar(&file, "decode", "", "file that `pith compress --decode` wrote")
	return cmd
}

// readDecode reads what restores text: from the file, or from text itself, which then is
// a result as JSON and becomes its text. It is nil if the text is its own source.
func readDecode(file string, text *string) (*decodeJSON, error) {
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError{err}
		}
		var d *decodeJSON
		if err := json.Unmarshal(raw, &d); err != nil || d == nil {
			return nil, usageError{fmt.Errorf("%s is not what pith compress --decode wrote", file)}
		}
		return d, nil
	}
	var res struct {
		Text   *string     `json:"text"`
		Status pith.Status `json:"status"`
		Decode *decodeJSON `json:"decode"`
	}
	if err := json.Unmarshal([]byte(*text), &res); err != nil || res.Text == nil {
		return nil, usageError{errors.New("the input is no result as JSON; give --decode FILE for a text")}
	}
	if *text = *res.Text; res.Decode == nil && res.Status != pith.StatusUnchanged {
		return nil, usageError{errors.New("this result has no decode: its method lost words, or it was not asked for")}
	}
	return res.Decode, nil
}

// writeDecode writes what restores a result, whole or not at all, for its owner only: it
// can hold text that a terminal would not show.
func writeDecode(file string, c *pith.ContextResult) error {
	d := c.Decode
	switch {
	case d != nil:
	case c.Status != pith.StatusUnchanged:
		return usageError{errors.New("nothing to write with --decode: this method lost words")}
	default:
		unchanged := lossless.Unchanged(string(c.Text))
		d = &unchanged
	}
	if info, err := os.Stat(file); file == "-" || err == nil && !info.Mode().IsRegular() {
		return usageError{errors.New("--decode wants the name of a file, which it makes or replaces")}
	}
	raw, err := json.Marshal(decodeJSON{d.Scheme, d.Params})
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".pith-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(append(raw, '\n')); err != nil {
		tmp.Close()
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}
