// Package fakevendor is a vendor of chat completions for tests: it speaks OpenAI's
// protocol, charges for what it answers, keeps books that any process can read at
// /ledger, and fails on request.
//
//	vendor := fakevendor.New(fakevendor.Options{Idempotent: true})
//	server := httptest.NewServer(vendor)
//	… ask at server.URL + "/v1" …
//	books := vendor.Ledger() // or fakevendor.ReadLedger(ctx, server.URL)
//
// It streams nothing.
package fakevendor

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say how a vendor behaves. Zero values work.
type Options struct {
	// Answer is what the model says to the last message. It must depend on nothing else.
	// Default: words that name the prompt.
	Answer func(prompt string) string

	// Idempotent makes it honour Idempotency-Key: the second request with a key gets the
	// first one's answer and is not charged; a key under way is 409, and with another
	// body 400. Errors are not remembered.
	Idempotent bool

	// KeysFirst makes it look at the key before all else: one that came before with
	// another body is 400, even if nothing was answered then.
	KeysFirst bool

	Key    string // that requests must bear; "" takes any
	Cached int    // prompt tokens it reports as read from its cache

	// Fault says what goes wrong with a request; nil and the zero Fault: nothing.
	Fault func(Request) Fault

	// Hook is called at each stage of a request, on its goroutine: what it waits for,
	// the request waits for.
	Hook func(Stage, Request)
}

// Request is one that was received.
type Request struct {
	N      int    // from 1, of all
	Nth    int    // from 1, of those with this digest
	Digest string // SHA-256 of the body, hexadecimal
	Key    string // Idempotency-Key
	Header http.Header
	Body   []byte
	Prompt string // content of the last message
	Model  string
}

// Stage is how far a request has come.
type Stage int

// The stages of a request. One that is refused is only received.
const (
	Received  Stage = iota // read, and not charged yet
	Charged                // charged, unless its key was charged before, and not answered yet
	Delivered              // the whole answer was given to the network
)

// Fault is what goes wrong with one request. With a Status it is refused and not charged;
// all else befalls an answer that is charged.
type Fault struct {
	Status int
	Header http.Header
	Body   string // of the refusal, or instead of the answer

	Delay time.Duration // before the answer, unless the client goes away

	Drop      bool // end the connection without a word
	Cut       bool // end it in the middle of the answer
	Short     bool // half of the answer, as if it were the whole
	NoChoices bool
	NoUsage   bool
	Thoughts  int    // tokens that only the total has; the books do not
	Finish    string // instead of "stop"
	Choice    string // JSON of an error that stands in the choice, without a text
}

// Vendor is an [http.Handler] for POST …/chat/completions and GET /ledger.
type Vendor struct {
	o Options

	mu       sync.Mutex
	requests []Request
	books    map[string]*Account
	answers  map[string]saved  // by Idempotency-Key
	bodies   map[string]string // likewise: the digest of the first
	busy     map[string]bool   // likewise
	total    Totals
}

type saved struct {
	digest string
	reply  reply
}

// New returns a vendor with empty books.
func New(o Options) *Vendor {
	if o.Answer == nil {
		o.Answer = func(prompt string) string { return "answer " + digestOf([]byte(prompt))[:12] }
	}
	return &Vendor{o: o, books: make(map[string]*Account), answers: make(map[string]saved), busy: make(map[string]bool), bodies: make(map[string]string)}
}

// Requests returns what was received, in that order.
func (v *Vendor) Requests() []Request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]Request(nil), v.requests...)
}

// ServeHTTP implements [http.Handler].
func (v *Vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/ledger":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v.Ledger())
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/chat/completions"):
		v.complete(w, r)
	default:
		refuse(w, http.StatusNotFound, "not_found")
	}
}

func (v *Vendor) complete(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	q, ok := parse(r.Header, body)
	if !ok {
		refuse(w, http.StatusBadRequest, "invalid_request_error")
		return
	}
	if v.o.Key != "" && r.Header.Get("Authorization") != "Bearer "+v.o.Key {
		refuse(w, http.StatusUnauthorized, "invalid_api_key")
		return
	}
	known := v.receive(&q)
	v.hook(Received, q)
	if v.o.KeysFirst && !known {
		refuse(w, http.StatusBadRequest, "idempotency_error")
		return
	}
	var f Fault
	if v.o.Fault != nil {
		f = v.o.Fault(q)
	}
	if f.Status != 0 {
		f.refuse(w)
		return
	}
	answer, status := v.charge(q)
	if status != 0 {
		refuse(w, status, "idempotency_error")
		return
	}
	defer v.release(q)
	v.hook(Charged, q)
	v.deliver(w, r, q, f, answer)
}

func (v *Vendor) hook(s Stage, q Request) {
	if v.o.Hook != nil {
		v.o.Hook(s, q)
	}
}

// deliver writes an answer, or what a fault makes of it.
func (v *Vendor) deliver(w http.ResponseWriter, r *http.Request, q Request, f Fault, answer reply) {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		}
	}
	if f.Drop {
		panic(http.ErrAbortHandler)
	}
	body := f.apply(answer)
	if f.Short {
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	// With its length, a reader knows the end before the handler returns.
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if f.Cut {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, err := w.Write(body)
	if http.NewResponseController(w).Flush() != nil || err != nil || r.Context().Err() != nil {
		return
	}
	v.delivered(q)
	v.hook(Delivered, q)
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
