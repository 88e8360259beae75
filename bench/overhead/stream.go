package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
)

// every is the time between two frames of a stream.
const every = 20 * time.Millisecond

// flow is what came of one stream.
type flow struct {
	first  time.Duration   // from the request to the first frame
	delays []time.Duration // from when a frame was sent until it was here
	jitter []time.Duration // how much the time between two frames changed on the way
}

// followed is follow for whoever counts errors.
func (j *job) followed(frames int) flow {
	f, err := j.follow(frames)
	if err != nil {
		j.errs.add(fmt.Errorf("%s: %w", j.name, err))
	}
	return f
}

// follow reads one stream and says how it differs from what was sent, if it does.
func (j *job) follow(frames int) (f flow, err error) {
	start := time.Now()
	err = j.to.exchange(j.request, func(res *http.Response) error {
		if err := j.check(reply{status: res.StatusCode, header: res.Header}); err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
			return fmt.Errorf("status %d, type %q", res.StatusCode, res.Header.Get("Content-Type"))
		}
		return f.read(res.Body, start, frames)
	})
	return f, err
}

func (f *flow) read(body io.Reader, start time.Time, frames int) error {
	in := bufio.NewReader(body)
	var sum uint32
	var lastSent, lastHere time.Time
	for i := range frames {
		frame, err := frameFrom(in)
		here := time.Now()
		if err != nil {
			return err
		}
		sum = crc32.Update(sum, castagnoli, frame)
		sent, ok := sentAt(frame)
		if !ok || !bytes.Contains(frame, fmt.Appendf(nil, `"n":%d,`, i)) {
			return fmt.Errorf("frame %d is not the one that was sent", i)
		}
		if i == 0 {
			f.first = here.Sub(start)
		} else {
			f.jitter = append(f.jitter, (here.Sub(lastHere) - sent.Sub(lastSent)).Abs())
		}
		f.delays = append(f.delays, here.Sub(sent))
		lastSent, lastHere = sent, here
	}
	end, err := io.ReadAll(in)
	if want := fmt.Sprintf(sumFormat+doneFrame, sum); err == nil && string(end) != want {
		err = errors.New("the stream's bytes are not those that were sent")
	}
	return err
}

// frameFrom reads a line and the empty one after it.
func frameFrom(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	empty, err := in.ReadByte()
	return append(line, empty), err
}

// flows is one kind of stream in one mode.
type flows struct {
	first, delays, jitter course
	cpu                   time.Duration
}

// stream measures streams, one alone and many at once.
func (l *lab) stream(ctx context.Context) error {
	body := scanned(l.source, kb/2)
	markdown.Heading(fmt.Sprintf("Streams of %d frames at %v", l.frames, every), "at once", "mode", "frames", "first byte p50 ms", "p99 ms", "added to direct, ms (IQR)",
		"delay of a frame p50 ms", "p99 ms", "added to direct, ms (IQR)", "jitter p50 ms", "p99 ms", "CPU ms a frame", "errors")
	for _, n := range l.streams {
		long := l.plain(fmt.Sprintf("?frames=%d&every=%v", l.frames, every), body)
		short := l.plain("?frames=1&every=0s", body)
		for _, j := range short { // connections, and whatever a first request needs
			l.atOnce(n, j, 1)
		}
		all := make([]flows, len(long))
		for r := range l.streamRounds {
			for i := range long {
				k := (i + r) % len(long)
				l.streamRound(n, long[k], short[k], &all[k])
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
		}
		for i, j := range long {
			printStreams(n, j, &all[i], &all[0], j.errs.n.Load()+short[i].errs.n.Load())
		}
	}
	return nil
}

// atOnce follows n streams that are opened at even distances within the time between two
// frames, so that frames do not come all at once.
func (l *lab) atOnce(n int, j *job, frames int) []flow {
	results := make([]flow, n)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			time.Sleep(time.Until(start.Add(every * time.Duration(i) / time.Duration(n))))
			results[i] = j.followed(frames)
		})
	}
	wg.Wait()
	return results
}

// streamRound measures n streams in one mode. If that is one, a few more are opened
// before, for their first byte only.
func (l *lab) streamRound(n int, long, short *job, all *flows) {
	var first, delays, jitter []time.Duration
	if n == 1 {
		for range l.openers {
			first = append(first, short.followed(1).first)
		}
	}
	before := long.cpu()
	results := l.atOnce(n, long, l.frames)
	all.cpu += long.cpu() - before
	for _, f := range results {
		if n > 1 { // of one alone the openers say more
			first = append(first, f.first)
		}
		delays, jitter = append(delays, f.delays...), append(jitter, f.jitter...)
	}
	all.first.add(first)
	all.delays.add(delays)
	all.jitter.add(jitter)
}

func printStreams(n int, j *job, f, direct *flows, errs int64) {
	for _, c := range []*course{&f.first, &f.delays, &f.jitter} {
		slices.Sort(c.all)
	}
	more := func(a, b *course) string {
		if j.pid == 0 {
			return markdown.None
		}
		return added(a.medians, b.medians)
	}
	markdown.Row(markdown.Count(n), j.name, markdown.Count(len(f.delays.all)), tail(f.first.all, 0.5), tail(f.first.all, 0.99), more(&f.first, &direct.first),
		tail(f.delays.all, 0.5), tail(f.delays.all, 0.99), more(&f.delays, &direct.delays),
		markdown.Millis(stat.Quantile(f.jitter.all, 0.5)), tail(f.jitter.all, 0.99), perRequest(f.cpu, len(f.delays.all)), markdown.Count(errs))
}
