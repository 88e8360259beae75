package reader

import (
	"context"
	"errors"
	"strconv"

	"github.com/sashabaranov/go-openai"
)

// call is the way to one answer, with as many exchanges as it takes.
type call struct {
	c       *Client
	d       digest
	p       Prompt
	worst   pico
	damaged bool // there was an answer, and it is spoilt

	doubt   bool // an exchange before the next one may have been charged
	counted bool // in [Totals.InDoubt]
	swapped bool // the other field for tokens was tried
}

// make asks until there is an answer or no hope of one. Unless the vendor may have
// charged for it, a call without an answer leaves no trace.
func (k *call) make(ctx context.Context) (a Answer, err error) {
	k.recall()
	defer func() {
		if err != nil && !k.doubt {
			k.c.o.Store.withdraw(k.d)
		}
	}()
	last := 1 + k.c.o.Retries
	for n := 1; ; n++ {
		if err := k.begin(ctx, n); err != nil {
			return Answer{}, err
		}
		o := k.try(ctx)
		if o.err == nil {
			o.answer.InDoubt = k.doubt
			return o.answer, k.keep(o.answer)
		}
		k.fail(o)
		o.err.Attempts = n
		switch {
		case ctx.Err() != nil:
			return Answer{}, context.Cause(ctx)
		case o.swap && !k.swapped:
			k.swapped = true
			last++
			continue
		case !o.again || n >= last:
			return Answer{}, o.err
		}
		if err := k.c.pause(ctx, n, o.after); err != nil {
			return Answer{}, err
		}
	}
}

// recall finds out whether the call was made before.
func (k *call) recall() {
	before := k.c.o.Store.before(k.d)
	k.doubt = k.damaged || before != fresh
	if k.damaged || before == left {
		k.c.o.Meter.doubted(k.d, k.worst)
	}
}

// begin makes sure that the n-th exchange may be paid for, and that it will be known of.
func (k *call) begin(ctx context.Context, n int) error {
	m := k.c.o.Meter
	if err := m.reserve(ctx, k.worst); err != nil {
		return err
	}
	if err := k.c.o.Store.intend(k.d, k.room()); err != nil {
		m.settle(k.worst, 0)
		return err
	}
	m.add(func(t *Totals) {
		if n > 1 {
			t.Retried++
		}
		if k.doubt && !k.counted {
			t.InDoubt++
			k.counted = true
		}
	})
	return nil
}

// room is how many bytes the answer may take on disk, as a guess: JSON writes some
// characters in six bytes, but a model seldom says those alone.
func (k *call) room() int {
	tokens := k.c.most(k.p)
	if tokens == 0 {
		tokens = 4096
	}
	return 4096 + 8*min(tokens, 1<<16)
}

// keep stores an answer. If it cannot, the vendor was paid for nothing, and the call
// stays in doubt.
func (k *call) keep(a Answer) error {
	k.doubt = true
	err := k.c.o.Store.put(k.d, a)
	k.c.o.Meter.pay(k.d, k.worst, k.c.cost(a))
	return err
}

func (k *call) fail(o outcome) {
	if !o.maybe {
		k.c.o.Meter.settle(k.worst, 0)
		return
	}
	k.doubt = true
	k.c.o.Meter.settle(k.worst, k.worst)
}

// try is one exchange.
func (k *call) try(ctx context.Context) outcome {
	other := k.c.other.Load()
	field := k.c.field(other)
	x, res, err := k.c.send(ctx, k.d, k.p, field)
	switch {
	case x.status >= 400:
		what, _ := complaintOf(x.body)
		o := k.refused(x, what)
		if o.swap = o.err != nil && k.p.MaxTokens > 0 && what.unwanted(field); o.swap {
			k.c.other.Store(!other)
		}
		return o
	case x.err != nil:
		again := !errors.Is(x.err, errLongReply)
		return outcome{err: k.error(0, complaint{}, lineHint(x.err, k.c.o.Timeout.String())), again: again, after: -1, maybe: x.sent}
	case x.status == 0:
		return outcome{err: k.error(0, complaint{}, libraryHint(err))}
	case x.status >= 300:
		return outcome{err: k.error(x.status, complaint{}, "")}
	case err != nil:
		return outcome{err: k.error(x.status, complaint{}, "the reply is not a chat completion"), maybe: true}
	}
	if what, ok := complaintOf(x.body); ok && len(res.Choices) == 0 {
		if s, err := strconv.Atoi(what.Code); err == nil && s >= 400 && s < 600 {
			x.status = s
		}
		o := k.refused(x, what)
		o.maybe = true // it began to answer
		return o
	}
	if len(res.Choices) == 0 {
		return outcome{err: k.error(x.status, complaint{}, "the reply holds no answer"), again: true, after: -1, maybe: true}
	}
	return outcome{answer: k.c.answer(res, k.p, x.took)}
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
