package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/oapi-codegen/runtime"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// maxBatch is how many items one answer in JSON may have. A stream has no end.
const maxBatch = 256

// batch is one batch under way. Items end in any order.
type batch struct {
	s     *Service
	start time.Time
	emit  func(api.BatchResult) error

	mu     sync.Mutex
	timing pith.Timing
	in     int
	out    int
	items  int
	failed int
}

// CompressBatch implements api.StrictServerInterface.
func (h handlers) CompressBatch(ctx context.Context, r api.CompressBatchRequestObject) (api.CompressBatchResponseObject, error) {
	b := &batch{s: h.Service, start: time.Now()}
	work := func(ctx context.Context) error { return b.list(ctx, r.JSONBody.Requests) }
	if r.Body != nil {
		limit := maxBatch
		if recordOf(ctx).stream {
			limit = 0
		}
		work = func(ctx context.Context) error { return b.read(ctx, r.Body.(*lineBody), limit) }
	}
	if recordOf(ctx).stream {
		return b.stream(ctx, work), nil
	}
	return b.collect(ctx, work)
}

// collect answers with all results at once, in order.
func (b *batch) collect(ctx context.Context, work func(context.Context) error) (answer, error) {
	results := []api.BatchResult{}
	b.emit = func(r api.BatchResult) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		results = append(results, r)
		return nil
	}
	if err := work(ctx); err != nil {
		return nil, err
	}
	b.record(ctx)
	slices.SortFunc(results, func(x, y api.BatchResult) int { return x.Index - y.Index })
	return reply(http.StatusOK, api.Batch{
		ID: newID("batch_"), Object: api.ObjectBatch, Created: time.Now().Unix(),
		Results: results, Usage: usage(b.in, b.out), Timing: timing(time.Since(b.start), b.timing),
	}), nil
}

// stream answers with a line for each item as it ends.
func (b *batch) stream(ctx context.Context, work func(context.Context) error) answer {
	return func(w http.ResponseWriter) error {
		// HTTP/1 servers stop reading at the first byte they write, unless told.
		_ = http.NewResponseController(w).EnableFullDuplex()
		l := newLines(w)
		b.emit = func(r api.BatchResult) error {
			return l.result(api.BatchResultLine{Object: api.ObjectBatchLine, Result: r}, r.Error != nil)
		}
		err := work(ctx)
		b.record(ctx)
		if err != nil {
			return l.fail(ctx, err)
		}
		_ = l.write(api.SummaryLine{
			Object: api.ObjectSummary, ID: newID("batch_"), Created: time.Now().Unix(),
			Usage: usage(b.in, b.out), Timing: timing(time.Since(b.start), b.timing),
			Results: l.written, Failed: l.failed,
		})
		return nil
	}
}

func (b *batch) record(ctx context.Context) {
	rec := recordOf(ctx)
	rec.contexts, rec.method, rec.outcome, rec.in, rec.out = b.items, "batch", fmt.Sprintf("%d failed", b.failed), b.in, b.out
}

// list runs the items of a JSON batch.
func (b *batch) list(ctx context.Context, items []api.BatchItem) error {
	return b.s.each(ctx, len(items), func(ctx context.Context, i int) error {
		return b.finish(ctx, i, &items[i], nil)
	})
}

// read runs the items of an NDJSON body. It reads no line before there is room to
// work on it, which is what makes a fast client wait. If the body breaks off, the
// items read before are finished first. limit is the most items; 0 is no limit.
func (b *batch) read(ctx context.Context, body *lineBody, limit int) error {
	g := b.s.newGroup(ctx)
	var broken error
	for i := 0; ; i++ {
		line, err := body.line(body.pass)
		if err == nil && limit > 0 && i == limit {
			err = &pith.Error{Code: pith.CodeTooLarge, Msg: fmt.Sprintf("a batch may have at most %d items; accept application/x-ndjson to send more", limit)}
		}
		if err != nil {
			broken = err
			break
		}
		held := body.pass.handOver()
		item, bad := b.decodeItem(line)
		if !g.start(func(ctx context.Context) error {
			defer held.drop()
			return b.finish(ctx, i, item, bad)
		}) {
			held.drop()
			break
		}
	}
	recordOf(ctx).bytesIn = body.total
	if err := g.wait(); err != nil || broken == io.EOF {
		return err
	}
	return broken
}

// decodeItem reads one line. A line that breaks the contract is a failed item,
// under its own name if that much can be read.
func (b *batch) decodeItem(line []byte) (*api.BatchItem, error) {
	item := &api.BatchItem{}
	v, err := decode(line, b.s.contract.item)
	if err != nil {
		var named struct {
			CustomID string `json:"custom_id"`
		}
		if json.Unmarshal(line, &named) == nil && utf8.RuneCountInString(named.CustomID) <= 256 {
			item.CustomID = named.CustomID
		}
		return item, err
	}
	if err := runtime.BindJSONValue(v, item); err != nil {
		return item, errors.New("a valid item does not fit the model")
	}
	return item, nil
}

// finish runs one item, unless it is bad already, and emits its result.
func (b *batch) finish(ctx context.Context, i int, item *api.BatchItem, bad error) error {
	r := api.BatchResult{Index: i, CustomID: item.CustomID}
	c, err := (*api.Compression)(nil), bad
	if err == nil {
		c, err = b.one(ctx, item)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.Compression = c
	if err != nil {
		r.Error = apiError(classify(ctx, err))
	}
	b.mu.Lock()
	b.items++
	if err != nil {
		b.failed++
	}
	b.mu.Unlock()
	return b.emit(r)
}

func (b *batch) one(ctx context.Context, item *api.BatchItem) (*api.Compression, error) {
	j, err := b.s.newJob(ctx, &item.CompressRequest)
	if err != nil {
		return nil, err
	}
	o, err := b.s.run(ctx, j)
	if err != nil {
		return nil, err
	}
	c := compression(j, o)
	b.mu.Lock()
	b.in += c.Usage.InputTokens
	b.out += c.Usage.OutputTokens
	b.timing.Queue += o.Timing.Queue
	b.timing.Model += o.Timing.Model
	b.mu.Unlock()
	return &c, nil
}
