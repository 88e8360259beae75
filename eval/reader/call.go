package reader

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/sashabaranov/go-openai"
)

// call is the way to one answer, with as many exchanges as it takes.
type call struct {
	c     *Client
	d     digest
	p     Prompt
	size  int // tokens of the prompt
	worst pico
	field string // that bounds the answer's tokens
	doubt doubt  // of the exchanges before the next one

	counted bool // in [Totals.InDoubt]
	swapped bool // the other field was tried
}

// make asks until there is an answer or no hope of one. Unless the vendor may have
// charged for it, a call without an answer leaves no trace.
func (k *call) make(ctx context.Context) (b bought, err error) {
	k.recall()
	defer func() {
		if err != nil && k.doubt.Calls == 0 {
			k.c.o.Store.withdraw(k.d)
		}
	}()
	last := 1 + k.c.o.Retries
	for n := 1; ; n++ {
		if err := k.begin(ctx, n); err != nil {
			return bought{}, err
		}
		o := k.try(ctx)
		if o.err == nil {
			return k.keep(o.answer)
		}
		k.fail(o)
		o.err.Attempts = n
		switch {
		case ctx.Err() != nil:
			return bought{}, context.Cause(ctx)
		case o.swap && !k.swapped:
			k.swapped, k.field = true, otherField(k.field)
			last++
			continue
		case !o.again || n >= last:
			return bought{}, o.err
		}
		if err := k.c.pause(ctx, n, o.after); err != nil {
			return bought{}, err
		}
	}
}

// recall finds out what earlier calls for the answer came to, and goes on as they did: the
// vendor may know their Idempotency-Key and their body.
func (k *call) recall() {
	before := k.c.o.Store.before(k.d)
	k.field, k.doubt = before.Field, k.known(before.Doubt)
	if k.field == "" {
		k.field = k.c.field(k.c.other.Load())
	}
	k.c.o.Meter.doubted(k.d, k.doubt.Pico)
}

// known is a doubt with nothing unknown, if there are prices.
func (k *call) known(d doubt) doubt {
	if k.c.priced() {
		return d.priced(k.worst)
	}
	return d
}

// line is how the call stands, with what is in doubt.
func (k *call) line(in doubt) line {
	return line{Digest: k.d.String(), Asked: k.c.o.Model, Field: k.field, Input: k.c.o.Input, Output: k.c.o.Output,
		Prompt: k.size, Most: k.c.most(k.p), Worst: k.worst, Doubt: in}
}

// tried is what is in doubt once an exchange has begun.
func (k *call) tried() doubt { return k.doubt.plus(k.worst, k.c.priced()) }

// begin makes sure that the n-th exchange may be paid for, and that it will be known of.
func (k *call) begin(ctx context.Context, n int) error {
	m := k.c.o.Meter
	if err := m.reserve(ctx, k.worst); err != nil {
		return err
	}
	if err := k.c.o.Store.note(k.d, k.line(k.tried()), k.room(), true); err != nil {
		m.settle(k.d, k.worst, 0)
		return err
	}
	m.add(func(t *Totals) {
		if n > 1 {
			t.Retried++
		}
		if k.doubt.Calls > 0 && !k.counted {
			t.InDoubt++
			k.counted = true
		}
	})
	return nil
}

// room is how many bytes the call's file may take, as a guess: JSON writes some characters
// in six bytes, but a model seldom says those alone.
func (k *call) room() int {
	const lines = 8192 // some 400 bytes each, up to two a try
	tokens := k.c.most(k.p)
	if tokens == 0 {
		tokens = 4096
	}
	return lines + 8*min(tokens, 1<<16)
}

// keep stores an answer. If it cannot, the vendor was paid for nothing, and the call
// stays in doubt.
func (k *call) keep(a Answer) (bought, error) {
	l := k.line(k.doubt)
	l.Answer, l.Cost = newRecord(a), k.c.cost(a)
	err := k.c.o.Store.put(k.d, l)
	k.c.o.Meter.pay(k.d, k.worst, l.Cost)
	if err != nil {
		k.doubt = k.tried()
		return bought{}, err
	}
	a.InDoubt = k.doubt.Calls > 0
	return bought{a, l.Cost, k.doubt.Pico}, nil
}

// fail ends an exchange without an answer. If it is not in doubt, the note of it, which is
// a good deal too much then, is taken back; that need not last.
func (k *call) fail(o outcome) {
	if o.maybe {
		k.doubt = k.tried()
		k.c.o.Meter.settle(k.d, k.worst, k.worst)
		return
	}
	k.c.o.Meter.settle(k.d, k.worst, 0)
	_ = k.c.o.Store.note(k.d, k.line(k.doubt), 0, false)
}

// try is one exchange.
func (k *call) try(ctx context.Context) outcome {
	x, res, err := k.c.send(ctx, k.d, k.p, k.field)
	switch {
	case x.status >= 400:
		what, _ := complaintOf(x.body)
		o := k.refused(x, what)
		if o.swap = o.err != nil && k.p.MaxTokens > 0 && what.unwanted(k.field); o.swap {
			k.c.other.Store(k.field == k.c.o.MaxTokensField)
		}
		return o
	case x.err != nil:
		again := !errors.Is(x.err, errLongReply) && !errors.Is(x.err, http.ErrSchemeMismatch)
		return outcome{err: k.error(0, complaint{}, lineHint(x, k.c.o.Timeout.String())), again: again, after: -1, maybe: x.sent}
	case x.status == 0:
		return outcome{err: k.error(0, complaint{}, libraryHint(err))}
	case x.status >= 300:
		return outcome{err: k.error(x.status, complaint{}, "")}
	case err != nil && cutShort(x.body):
		return outcome{err: k.error(x.status, complaint{}, "the reply is cut short"), again: true, after: -1, maybe: true}
	case err != nil:
		return outcome{err: k.error(x.status, complaint{}, "the reply is not a chat completion"), maybe: true}
	}
	if what, ok := complaintOf(x.body); ok && len(res.Choices) == 0 {
		return k.failed(x, what)
	}
	if what, ok := choiceComplaint(x.body); ok {
		o := k.failed(x, what)
		o.again = o.again || x.status < 400 && !what.broke() // it says nothing that would speak against it
		return o
	}
	if len(res.Choices) == 0 {
		return outcome{err: k.error(x.status, complaint{}, "the reply holds no answer"), again: true, after: -1, maybe: true}
	}
	return outcome{answer: k.c.answer(res, k.p, x.took)}
}

// failed is what a reply comes to that began as an answer and is an error.
func (k *call) failed(x *exchange, what complaint) outcome {
	if s, err := strconv.Atoi(what.Code); err == nil && s >= 400 && s < 600 {
		x.status = s
	}
	o := k.refused(x, what)
	o.maybe = true
	if o.err != nil && o.err.Hint == "" {
		o.err.Hint = "the vendor failed while it answered"
	}
	return o
}

// refused is what a reply that is an error comes to.
func (k *call) refused(x *exchange, what complaint) outcome {
	switch {
	case x.status == 400 && what.filtered():
		// Azure charges for the prompt.
		a := Answer{Finish: FinishFilter, Took: x.took}
		k.c.countTokens(&a, openai.Usage{}, k.p, "")
		return outcome{answer: a}
	case what.tooLong(x.status):
		return outcome{answer: Answer{Finish: FinishContext, Took: x.took}}
	}
	o := outcome{
		err:   k.error(x.status, what, ""),
		again: retryable(x.status) && !what.broke() && x.reply.Get("X-Should-Retry") != "false",
		maybe: chargeable(x.status),
	}
	o.after = retryAfter(x.reply, k.c.now())
	if o.again && o.after > maxWait {
		o.again = false
		o.err.Hint = "it asks to wait for " + o.after.String()
	}
	return o
}

func (k *call) error(status int, what complaint, hint string) *Error {
	if hint == "" {
		hint = what.hint(status)
	}
	secrets := append([]string{k.p.Text, k.c.o.System}, k.c.secrets()...)
	return &Error{
		Reader: k.c.Name(),
		Status: status,
		Type:   scrub(what.Type, secrets...),
		Code:   scrub(what.Code, secrets...),
		Param:  scrub(what.Param, secrets...),
		Hint:   hint,
	}
}

func libraryHint(err error) string {
	if errors.Is(err, openai.ErrChatCompletionInvalidModel) {
		return "the model is not one for chats"
	}
	return "the request could not be made"
}
