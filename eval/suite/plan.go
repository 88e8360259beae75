package suite

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/reader"
)

// column is an arm at a rate: what every item goes through, unless the arm does not take
// its task.
type column struct {
	arm    *Arm
	rate   float64       // 0 for an arm with a rate of its own
	reader reader.Reader // nil: nobody reads
}

// columns are by arm, then rate.
func (o *Options) columns() []column {
	var cols []column
	for i := range o.Arms {
		a := &o.Arms[i]
		rates := o.Rates
		if a.Fixed {
			rates = []float64{0}
		}
		for _, rate := range rates {
			c := column{arm: a, rate: rate, reader: o.Reader}
			if a.Reader != nil {
				c.reader = a.Reader(rate)
			}
			cols = append(cols, c)
		}
	}
	return cols
}

func (c *column) takes(t dataset.Task) bool { return c.arm.Takes == nil || c.arm.Takes(t) }

// limit is that of a text of n tokens.
func (c *column) limit(n int, o *Options) eval.Limit {
	if c.arm.Fixed {
		return eval.Limit{Rate: 1, Units: max(1, n), Counter: o.Counter}
	}
	return eval.Limit{Rate: c.rate, Units: max(1, int(c.rate*float64(n))), Counter: o.Counter}
}

// reads reports whether items of a task are read: nothing is paid for an answer that no
// metric scores, unless it alone tells what was kept.
func (c *column) reads(t dataset.Task) bool {
	return c.reader != nil && (t.Metric != "" || c.arm.Reader != nil)
}

// A digest names some strings: no two lists of them share one.
type digest struct{ parts []byte }

func (d *digest) add(parts ...string) {
	for _, p := range parts {
		d.parts = binary.AppendUvarint(d.parts, uint64(len(p)))
		d.parts = append(d.parts, p...)
	}
}

func (d *digest) list(parts []string) {
	d.add(strconv.Itoa(len(parts)))
	d.add(parts...)
}

func (d *digest) sum() string {
	s := sha256.Sum256(d.parts)
	return hex.EncodeToString(s[:16])
}

// itemKey names all that results depend on of an item and its task. The empty prompt has
// the template and what else is around the context.
func itemKey(t dataset.Task, q dataset.Question) string {
	var d digest
	it := q.Item
	d.add(it.ID, it.Dataset, it.Language, it.Question, it.Context, strconv.Itoa(it.Length))
	d.list(it.Answers)
	d.list(it.Classes)
	d.list(it.Needles)
	d.add(t.Name, string(t.Kind), t.Prompt, q.Prompt(""), t.Metric, strconv.Itoa(t.MaxTokens), strconv.FormatBool(t.FirstLine))
	return d.sum()
}

// asked names the text and what is asked of it, whoever asks: two reports that compare
// items by their IDs can tell whether these are of the same.
func asked(it eval.Item) string {
	var d digest
	d.add(it.Context, it.Question)
	d.list(it.Answers)
	return d.sum()[:16]
}

// key names all that a column's results depend on beside the item. Two columns of a run
// never share one.
func (c *column) key(o *Options) string {
	var d digest
	d.add(c.arm.Name(), c.arm.State, strconv.FormatFloat(c.rate, 'g', -1, 64), strconv.FormatBool(c.arm.Fixed), o.Counter.Name())
	d.add(strconv.Itoa(len(o.Measures)))
	for _, m := range o.Measures {
		d.add(m.Name(), m.About())
	}
	d.add(strconv.FormatBool(c.arm.Reader != nil))
	if c.reader != nil {
		d.add(c.reader.Name())
		if s, ok := c.reader.(interface{ Settings() string }); ok {
			d.add(s.Settings())
		}
	}
	return d.sum()
}

// resultKey is the journal's name of one result.
func resultKey(item, column string) string {
	var d digest
	d.add(item, column)
	return d.sum()
}
