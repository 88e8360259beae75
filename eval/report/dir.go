package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteDir writes report.json, report.md and report.html into dir, which it makes if
// need be. All three are complete on disk before the first takes its name; each takes
// its name at once, so that no reader sees half of one.
func (r *Report) WriteDir(dir string) error {
	return writeFiles(dir, []output{
		{"report.json", r.WriteJSON},
		{"report.md", r.WriteMarkdown},
		{"report.html", r.WriteHTML},
	})
}

// WritePlots writes the plot of each measure into dir as MEASURE.svg, in the way of
// [Report.WriteDir].
func (r *Report) WritePlots(dir string) error {
	var files []output
	for _, m := range r.Measures {
		files = append(files, output{m.Name + ".svg", func(w io.Writer) error { return r.WriteSVG(w, m.Name) }})
	}
	return writeFiles(dir, files)
}

// output is a file that is to be.
type output struct {
	name  string
	write func(io.Writer) error
}

func writeFiles(dir string, files []output) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	temps := make([]string, 0, len(files))
	defer func() {
		for _, t := range temps {
			os.Remove(t) // gone already if it took its name
		}
	}()
	for _, f := range files {
		temp, err := writeTemp(dir, f.name, f.write)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
		temps = append(temps, temp)
	}
	for i, f := range files {
		if err := os.Rename(temps[i], filepath.Join(dir, f.name)); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return syncDir(dir)
}

// writeTemp returns the path of a file that is complete on disk.
func writeTemp(dir, name string, write func(io.Writer) error) (path string, err error) {
	f, err := os.CreateTemp(dir, "."+name+".*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	err = write(b)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
