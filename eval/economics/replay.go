package economics

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// A Rewriter returns the body that is sent to the vendor in the place of body. api is one
// of APIs. Calls come one after the other, in the order of the trace. An error quotes no
// text of the body.
type Rewriter interface {
	Rewrite(ctx context.Context, api string, body []byte) ([]byte, error)
}

// Options are how a trace is replayed. Counter is required.
type Options struct {
	// Table is whose rules are applied.
	Table Table
	// Fitting leaves out the vendors of Table that do not take requests of the kind of
	// the first line that can be used.
	Fitting bool
	// Counter returns the counter of a model. Equal models get the same one.
	Counter func(model string) Counter
	// Rewriter says what is sent; nil compares nothing.
	Rewriter Rewriter
	// MarkEnds adds breakpoints to requests that have none, see MarkEnds.
	MarkEnds bool
	// Strict ends the replay at the first line that cannot be used.
	Strict bool
	// Progress is told how many lines are done; nil is told nothing.
	Progress func(done int)
}

// Replay books each request of a trace twice at every vendor, as it is and as the
// Rewriter has it, each with a cache of its own. Lines that cannot be used are passed over
// and listed in the report, unless Options.Strict; then the first is the error.
//
// The rewriter is not told the trace's time: what it remembers it remembers throughout.
func Replay(ctx context.Context, trace io.Reader, o Options) (*Report, error) {
	p := &replay{o: o, reader: NewReader(o.Counter), threads: map[string]*thread{}, report: &Report{}}
	lines := NewTraceReader(trace)
	for n := 1; ; n++ {
		line, err := lines.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = p.line(ctx, &line)
		}
		if err := p.passOver(err); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(n)
		}
	}
	if p.report.Requests == 0 {
		return nil, p.empty()
	}
	p.finish()
	return p.report, nil
}

func (p *replay) empty() error {
	if len(p.report.Skipped) > 0 {
		return fmt.Errorf("no line of the trace can be used: %w", p.report.Skipped[0])
	}
	return ErrEmpty
}

// ErrEmpty says that a trace has no lines.
var ErrEmpty = errors.New("the trace is empty: it needs a JSON object with time and body on each line")

// passOver notes a line that cannot be used. Any other error it returns.
func (p *replay) passOver(err error) error {
	var bad *LineError
	if err == nil || p.o.Strict || !errors.As(err, &bad) {
		return err
	}
	p.report.Skipped = append(p.report.Skipped, bad)
	return nil
}

// replay is one under way.
type replay struct {
	o       Options
	reader  *Reader
	books   []*book
	threads map[string]*thread
	report  *Report
}

// book is one vendor's, for both sides.
type book struct {
	row       Row
	raw, sent *Simulator
}

// choose opens a book for each vendor.
func (p *replay) choose(api string) {
	p.books = []*book{}
	for _, v := range p.o.Table {
		if !p.o.Fitting || v.Takes(api) {
			p.books = append(p.books, &book{row: Row{Vendor: v}, raw: NewSimulator(v), sent: NewSimulator(v)})
		}
	}
}

// line replays one request.
func (p *replay) line(ctx context.Context, l *Line) error {
	raw, err := p.read(l, l.API, l.Body)
	if err != nil {
		return err
	}
	sent := raw
	if p.o.Rewriter != nil {
		body, err := p.o.Rewriter.Rewrite(ctx, raw.API, l.Body)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return &LineError{l.Number, "could not be rewritten: " + err.Error()}
		}
		if sent, err = p.read(l, raw.API, body); err != nil {
			return &LineError{l.Number, "what it was rewritten to cannot be read"}
		}
	}
	if p.books == nil {
		p.choose(raw.API)
	}
	p.thread(l, raw, sent)
	for _, b := range p.books {
		b.add(raw, sent, l.Usage, p.o.MarkEnds)
	}
	return nil
}

func (p *replay) read(l *Line, api string, body []byte) (*Request, error) {
	r, err := p.reader.Read(api, body)
	if err != nil {
		return nil, &LineError{l.Number, err.Error()}
	}
	r.At = l.At
	return r, nil
}

// add books a request on both sides.
func (b *book) add(raw, sent *Request, u *Usage, mark bool) {
	if mark {
		raw, sent = MarkEnds(raw), MarkEnds(sent)
	}
	r, s := b.raw.Do(raw), b.sent.Do(sent)
	b.row.Raw.add(r)
	b.row.Sent.add(s)
	if s.Cost > r.Cost {
		b.row.Dearer++
	}
	if r.Read+r.Write > 0 && s.Read+s.Write == 0 && s.Tokens() < b.row.Vendor.For(sent.Model).MinTokens {
		b.row.BelowMinimum++
	}
	if u != nil {
		b.row.reported.add(Spent{Read: r.Read, Fresh: r.Tokens() - r.Read})
	}
}

// thread is a conversation: what was last said in it.
type thread struct{ raw, sent *Request }

// thread compares a request with the one before it in its conversation.
func (p *replay) thread(l *Line, raw, sent *Request) {
	rep := p.report
	rep.Requests++
	rep.Raw.Tokens += raw.Tokens()
	rep.Sent.Tokens += sent.Tokens()
	if l.Usage != nil {
		rep.Usage.add(l.Usage, raw.Tokens())
	}
	key := l.Conversation + "\x00" + raw.API + string(raw.opening[:])
	if l.Conversation != "" {
		key = l.Conversation
	}
	before := p.threads[key]
	p.threads[key] = &thread{raw, sent}
	if before == nil {
		rep.Conversations++
		return
	}
	lost := rep.Raw.follow(before.raw, raw)
	if rep.Sent.follow(before.sent, sent) > 0 && lost == 0 {
		rep.Broken++
	}
	for i := range min(len(before.raw.messages), len(raw.messages), len(before.sent.messages), len(sent.messages)) {
		if before.raw.messages[i] == raw.messages[i] {
			rep.Repeated++
			if before.sent.messages[i] != sent.messages[i] {
				rep.Changed++
			}
		}
	}
}

// follow notes how much of one request is no prefix of the next, in tokens.
func (s *Side) follow(before, now *Request) int {
	tokens := before.Tokens()
	lost := tokens - shared(before.Blocks, now.Blocks)
	s.followed += tokens
	s.lost += lost
	return lost
}

func (p *replay) finish() {
	r := p.report
	r.Raw.finish()
	r.Sent.finish()
	for _, b := range p.books {
		r.Rows = append(r.Rows, b.row)
		r.Rows[len(r.Rows)-1].finish()
	}
}
